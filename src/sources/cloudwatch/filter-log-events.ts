import { MovingCursor } from '../pull/moving-cursor.ts';
import { pullNewestSlices } from '../pull/newest-slices.ts';
import type { Slice } from '../pull/newest-slices.ts';
import type { PullContext } from '../pull/pull.ts';
import { readLogEvent } from './log-event.ts';
import type { LogGroup } from './log-groups.ts';
import { isFields } from './logs-api.ts';
import type { Fields, LogsApi } from './logs-api.ts';

const ACTION = 'FilterLogEvents';
/** The store's own limits: events of a page, names of streams in a call. */
const PAGE_ROWS_MAX = 10_000;
const STREAMS_MAX = 100;

/** Which events of a group are wanted. */
export interface EventSelection {
  /** Names separated by commas, or a prefix and a `*`. */
  streams: string | undefined;
  pattern: string | undefined;
}

/** FilterLogEvents reads forward only, so the newest events are had slice by slice from the window's end. */
export async function pullLogEvents(
  api: LogsApi,
  groups: readonly LogGroup[],
  selection: EventSelection,
  context: PullContext,
): Promise<void> {
  const limit = Math.max(1, Math.min(PAGE_ROWS_MAX, context.pageRowsMax));
  const selectors = selectorsOf(selection);
  await pullNewestSlices(context.rows, async (slice) => {
    for (const group of groups) {
      for (const selector of selectors) {
        const input = {
          ...(group.isArn ? { logGroupIdentifier: group.id } : { logGroupName: group.id }),
          ...selector,
          startTime: slice.startMs,
          // An event of this very millisecond is still given.
          endTime: slice.endMs - 1,
          limit,
        };
        if (!(await pullPages(api, input, group, slice, context))) return;
      }
    }
  });
}

/** A call takes so many names at most, so many names take several calls. */
function selectorsOf({ streams, pattern }: EventSelection): Fields[] {
  const shared = pattern === undefined ? {} : { filterPattern: pattern };
  const text = streams?.trim() ?? '';
  if (text === '' || text === '*') return [shared];
  if (text.endsWith('*')) return [{ ...shared, logStreamNamePrefix: text.slice(0, -1) }];
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  const calls: Fields[] = [];
  for (let at = 0; at < names.length; at += STREAMS_MAX) {
    calls.push({ ...shared, logStreamNames: names.slice(at, at + STREAMS_MAX) });
  }
  return calls;
}

/** @returns false when the slice wants no more. */
async function pullPages(
  api: LogsApi,
  input: Fields,
  group: LogGroup,
  slice: Slice,
  { rows }: PullContext,
): Promise<boolean> {
  const cursor = new MovingCursor();
  let token: string | undefined;
  do {
    const page = token === undefined ? input : { ...input, nextToken: token };
    const { events, nextToken } = await api.call(ACTION, page, `log group ${group.id}`);
    if (!Array.isArray(events)) throw api.malformed(ACTION, 'its answer has no events');
    for (const event of events as unknown[]) {
      if (!isFields(event) || typeof event['message'] !== 'string' || !Number.isInteger(event['timestamp'])) {
        throw api.malformed(ACTION, 'it answered an event without message or timestamp');
      }
      const { message, level, service } = readLogEvent(event['message'], group.service, rows.timestamps);
      if (!slice.add(message, event['timestamp'] as number, level, service)) return false;
    }
    // A page without events is not the last one while a token comes with it.
    token = typeof nextToken === 'string' && nextToken !== '' ? nextToken : undefined;
    if (token !== undefined && !cursor.moveTo(token)) {
      throw api.malformed(ACTION, 'it gave the same page token twice, which would never end');
    }
  } while (token !== undefined);
  return true;
}
