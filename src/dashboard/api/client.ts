import type { ProgressEvent } from '../../serve/schemas/progress.ts';
import { ApiError, errorOf, unreachable } from './api-error.ts';
import { eventsOf } from './events.ts';
import { secretHeaders } from './secret.ts';

export type Query = Readonly<Record<string, string | undefined>>;

/** The path, relative to the page, with those parts of the query that are set. */
function addressOf(path: string, query: Query = {}): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  const search = new URLSearchParams(set).toString();
  return `.${path}${search === '' ? '' : `?${search}`}`;
}

/** Rejects with an {@link ApiError}, or as `fetch` does when `signal` aborts. */
export async function call(path: string, init: RequestInit & { query?: Query } = {}): Promise<Response> {
  const { query, headers, ...rest } = init;
  let response: Response;
  try {
    response = await fetch(addressOf(path, query), {
      ...rest,
      cache: 'no-store',
      headers: { ...secretHeaders(), ...(headers as Record<string, string> | undefined) },
    });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw unreachable();
  }
  if (response.ok) return response;
  throw errorOf(response.status, await response.text());
}

export async function get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  const response = await call(path, { query, ...(signal === undefined ? {} : { signal }) });
  return (await response.json()) as Answer;
}

export async function post<Answer>(path: string, body?: Readonly<Record<string, string>>): Promise<Answer> {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return (await (await call(path, { method: 'POST', ...json })).json()) as Answer;
}

export async function remove<Answer>(path: string, query: Query): Promise<Answer> {
  return (await (await call(path, { method: 'DELETE', query })).json()) as Answer;
}

/** A call that may take long: tells on the way how far it is. */
export async function getWithProgress<Answer>(
  path: string,
  query: Query,
  { signal, onProgress }: { signal: AbortSignal; onProgress(progress: ProgressEvent): void },
): Promise<Answer> {
  const response = await call(path, { query, signal, headers: { accept: 'text/event-stream' } });
  for await (const { name, data } of eventsOf(response)) {
    if (name === 'progress') onProgress(JSON.parse(data) as ProgressEvent);
    if (name === 'result') return JSON.parse(data) as Answer;
    if (name === 'problem') {
      const { status = 500 } = JSON.parse(data) as { status?: number };
      throw errorOf(status, data);
    }
  }
  throw new ApiError(0, 'unreachable', 'The connection broke before the answer was there.');
}
