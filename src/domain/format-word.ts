/** How files are written, in the words of the setting `FILE_FORMAT`; `mixed` where several differ. */
export const FORMAT_WORDS = ['json', 'csv', 'text', 'mixed'] as const;

export type FormatWord = (typeof FORMAT_WORDS)[number];

const IN_SENTENCES: Readonly<Record<FormatWord, string>> = {
  json: 'JSON',
  csv: 'CSV',
  text: 'text',
  mixed: 'of the format of their file',
};

/** What lines of such files are, or are not. */
export function formatInSentence(word: FormatWord): string {
  return IN_SENTENCES[word];
}
