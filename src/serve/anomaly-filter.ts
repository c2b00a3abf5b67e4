import type { Anomaly, Reason } from '../domain/anomaly.ts';
import type { Feed, FeedEntry } from './engine.ts';
import { Problem } from './problem.ts';

/** What a caller wants to see of the feed; a field that is undefined lets everything pass. */
export interface AnomalyFilter {
  service?: string;
  reason?: Reason;
  min_score?: number;
}

export function matches(anomaly: Anomaly, filter: AnomalyFilter): boolean {
  if (filter.service !== undefined && anomaly.service !== filter.service) return false;
  if (filter.reason !== undefined && !anomaly.reasons.includes(filter.reason)) return false;
  return filter.min_score === undefined || anomaly.hst_score >= filter.min_score;
}

const ISO_8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A caller's `since`: the id of the last anomaly it has seen, or the earliest time stamp that it wants. */
export type Since = { id: number } | { timeMs: number };

export function parseSince(text: string): Since {
  if (/^\d{1,15}$/.test(text)) return { id: Number(text) };
  const timeMs = ISO_8601.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timeMs)) return { timeMs };
  const got = JSON.stringify(text.slice(0, 100));
  throw new Problem(400, 'bad_query', `since must be an id or a time such as 2026-11-22T20:00:00Z, got ${got}`);
}

/** Where a reader starts, and how many entries that it should have had are gone. */
export interface StartingPoint {
  cursor: number;
  missed: number;
}

/**
 * An id that has not been given yet is one of an earlier run of the process, whose numbers started afresh: the reader
 * gets all there is, as nothing of it can be known to it.
 */
export function startAfter(id: number, feed: Feed<FeedEntry>): StartingPoint {
  if (id >= feed.nextId) return { cursor: feed.firstId, missed: 0 };
  const cursor = Math.max(id + 1, feed.firstId);
  return { cursor, missed: cursor - (id + 1) };
}
