import { eventRow, foundErrorRow, issueRow, logRow, SERVICE_TAGS } from './sentry-rows.ts';
import type { Fields, SentryRow } from './sentry-rows.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

/** The size of a page unless another is asked for, and the largest that the documentation promises. */
export const PAGE_ROWS = 100;

/** One listing of the API that is paged through, the newest rows first. */
export interface Feed {
  /** As the documentation's pages are called. */
  call: string;
  path: string;
  parameters: readonly (readonly [string, string])[];
  /** Parameter for the size of a page. */
  sizeParameter: 'per_page' | 'limit';
  /** A larger page than the usual one, where the Sentry of today allows it. */
  pageRowsTried?: number;
  /** Whether the rows stand in `data`, beside a `meta`. */
  isTable: boolean;
  rowOf(fields: Fields, timestamps: TimestampReader): SentryRow;
}

export interface FeedScope {
  org: string;
  /** The project's slug, for addresses. */
  project: string;
  /** The project's number: a Sentry of before the summer of 2026 takes no slug as the parameter `project`. */
  projectId: string;
  query: string | undefined;
  startMs: number;
  endMs: number;
}

const EVENT_FIELDS = ['id', 'timestamp', 'title', 'message', 'level', ...SERVICE_TAGS];
const LOG_FIELDS = ['id', 'timestamp', 'timestamp_precise', 'message', 'severity', 'severity_number', ...SERVICE_TAGS];

/** Error events: the project's list, or the table of those that a search finds. */
export function errorsFeed(scope: FeedScope): Feed {
  if (scope.query !== undefined) return tableFeed(scope, 'errors', EVENT_FIELDS, foundErrorRow);
  return {
    call: "List a Project's Error Events",
    path: `projects/${encodeURIComponent(scope.org)}/${encodeURIComponent(scope.project)}/events/`,
    parameters: period(scope),
    sizeParameter: 'per_page',
    isTable: false,
    rowOf: eventRow,
  };
}

/** @param dataset `logs`; Sentry of 2025 calls them `ourlogs`. */
export function logsFeed(scope: FeedScope, dataset: 'logs' | 'ourlogs'): Feed {
  return { ...tableFeed(scope, dataset, LOG_FIELDS, logRow), pageRowsTried: 1000 };
}

export function issuesFeed(scope: FeedScope): Feed {
  return {
    call: "List an Organization's Issues",
    path: `organizations/${encodeURIComponent(scope.org)}/issues/`,
    // Without a query only unresolved ones are listed.
    parameters: [...period(scope), ['project', scope.projectId], ['query', scope.query ?? ''], ['sort', 'date']],
    sizeParameter: 'limit',
    isTable: false,
    rowOf: issueRow,
  };
}

function tableFeed(scope: FeedScope, dataset: string, fields: readonly string[], rowOf: Feed['rowOf']): Feed {
  return {
    call: `Query Explore Events in Table Format (${dataset})`,
    path: `organizations/${encodeURIComponent(scope.org)}/events/`,
    parameters: [
      ...period(scope),
      ['dataset', dataset],
      ['project', scope.projectId],
      ...fields.map((field) => ['field', field] as const),
      ...(scope.query === undefined ? [] : [['query', scope.query] as const]),
      ['sort', '-timestamp'],
    ],
    sizeParameter: 'per_page',
    isTable: true,
    rowOf,
  };
}

/** Whole seconds around the window: Sentry selects by the second. In UTC, without a zone. */
function period({ startMs, endMs }: FeedScope): (readonly [string, string])[] {
  const secondOf = (ms: number) => new Date(ms).toISOString().slice(0, 19);
  return [
    ['start', secondOf(Math.floor(startMs / 1000) * 1000)],
    ['end', secondOf(Math.ceil(endMs / 1000) * 1000)],
  ];
}
