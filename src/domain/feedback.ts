/** What a user has said of a template: it is expected and stays quiet, or is to be told of always. */
export const MARKS = ['expected', 'watch'] as const;
export type Mark = (typeof MARKS)[number];

/** One mark, as it is listed and kept. */
export interface Feedback {
  /** Of a template of a service, or of a whole service. */
  fingerprint: string;
  mark: Mark;
  /** The incident whose templates were marked together. */
  incident?: string;
  note?: string;
  /** Epoch milliseconds. */
  created_at: number;
}
