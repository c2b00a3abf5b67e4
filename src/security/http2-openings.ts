import { subscribe } from 'node:diagnostics_channel';
import type { Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

interface Openings {
  readonly max: number;
  /** Of the session's bytes when the last stream was opened: the same for all that one read opens. */
  bytesRead: number;
  /** By that read. */
  streams: number;
}

const openings = new WeakMap<ServerHttp2Session, Openings>();
let isSubscribed = false;

/**
 * Ends a session of `server` when one read opens more than `max` streams, which is as many as may be open at a time: the
 * others were reset by then, for nghttp2 refuses those beyond `max`, and no answer leaves before the read is worked off.
 * Node, too, bounds resets, but ends the session only then: 64 KiB open and reset 2,500 streams, on every connection that
 * has something to read, and each costs some 5 KB until the next turn of the event loop. Of a session that is destroyed
 * amid a read nghttp2 makes no further streams. Only what opens a stream is looked at: no byte comes through JavaScript
 * for it.
 */
export function limitOpenings(server: Http2Server, max: number): void {
  server.on('session', (session) => openings.set(session, { max, bytesRead: -1, streams: 0 }));
  if (isSubscribed) return;
  isSubscribed = true;
  // The event 'stream' may come when all that was read is worked off.
  subscribe('http2.server.stream.created', (message) => count((message as { stream: ServerHttp2Stream }).stream));
}

function count({ session }: ServerHttp2Stream): void {
  const own = session && openings.get(session as ServerHttp2Session);
  if (own === undefined || session === undefined) return;
  const { bytesRead } = session.socket;
  if (own.bytesRead !== bytesRead) own.streams = 0;
  own.bytesRead = bytesRead;
  own.streams++;
  // Without an error: nobody listens yet for one of this stream, whose 'stream' comes later, and destroyed.
  if (own.streams > own.max) session.destroy();
}
