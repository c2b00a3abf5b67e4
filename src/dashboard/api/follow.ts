import { ApiError } from './api-error.ts';
import { call } from './client.ts';
import type { Query } from './client.ts';
import type { ServerEvent } from '../../outgoing/sse-parser.ts';
import { anyLengthParser, eventsOf } from './events.ts';

const RETRY_MS = 2000;

export interface FollowOptions {
  query?: Query;
  onEvent(event: ServerEvent): void;
  /** True while the stream is open. */
  onConnected(connected: boolean, error?: ApiError): void;
}

/** Follows a stream, and goes on where it was after it broke, for as long as it takes. Returns the way to stop it. */
export function follow(path: string, options: FollowOptions): () => void {
  const stopping = new AbortController();
  void run(path, options, stopping.signal);
  return () => stopping.abort();
}

async function run(path: string, { query = {}, onEvent, onConnected }: FollowOptions, signal: AbortSignal) {
  let lastId = '';
  while (!signal.aborted) {
    const parser = anyLengthParser();
    parser.lastEventId = lastId;
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (lastId !== '') headers['last-event-id'] = lastId;
      const response = await call(path, { query, signal, headers });
      onConnected(true);
      for await (const event of eventsOf(response, parser)) onEvent(event);
      onConnected(false);
    } catch (error) {
      if (signal.aborted) return;
      onConnected(false, error instanceof ApiError ? error : undefined);
    }
    // Moved on by heartbeats too, past what the filter has kept back.
    lastId = parser.lastEventId;
    await pause(RETRY_MS, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
