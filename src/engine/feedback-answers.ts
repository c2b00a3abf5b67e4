import type { Feedback } from '../domain/feedback.ts';
import { FeedbackFull } from '../live/feedback-book.ts';
import type { FeedbackBook } from '../live/feedback-book.ts';
import type { IncidentLog } from '../live/incident-log.ts';
import { Problem } from '../serve/problem.ts';
import type { FeedbackAnswer, FeedbackBody, FeedbackQuery } from '../serve/schemas/feedback.ts';

export function feedbackAnswer(book: FeedbackBook): FeedbackAnswer {
  return { feedback: book.list() };
}

/** Marks what the body names. An incident stands for all of its templates, the services' own changes among them. */
export async function giveFeedback(
  { fingerprint, incident, mark, note }: FeedbackBody,
  book: FeedbackBook,
  incidents: IncidentLog,
  nowMs: number,
): Promise<FeedbackAnswer> {
  const common = { mark, ...(note === undefined ? {} : { note }), created_at: nowMs };
  const entries: Feedback[] =
    fingerprint === undefined
      ? templatesOf(incident ?? '', incidents).map((of) => ({ fingerprint: of, incident: incident ?? '', ...common }))
      : [{ fingerprint, ...common }];
  try {
    await book.set(entries);
  } catch (error) {
    if (error instanceof FeedbackFull) throw new Problem(503, 'busy', error.message, { cause: error });
    throw error;
  }
  return feedbackAnswer(book);
}

export async function removeFeedback(query: FeedbackQuery, book: FeedbackBook): Promise<FeedbackAnswer> {
  if ((await book.remove(query)) > 0) return feedbackAnswer(book);
  const what = query.fingerprint === undefined ? `incident ${query.incident}` : `fingerprint ${query.fingerprint}`;
  throw new Problem(404, 'not_found', `nothing is marked for ${what}; GET /feedback lists what is`);
}

function templatesOf(id: string, incidents: IncidentLog): string[] {
  const found = incidents.find(id);
  if (found !== undefined) return found.templates.map(({ fingerprint }) => fingerprint);
  throw new Problem(404, 'not_found', `there is no incident "${id}", or none any more; mark by fingerprint`);
}
