import type { Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** HTTP/2 connections, as far as grpc-js does not look after them. */
export interface Sessions {
  /** Ends connections that never began to speak HTTP/2, and idle ones; to be called about once a second. */
  sweep(nowMs: number): void;
}

export interface SessionOptions {
  /** For the client's SETTINGS, which is the first thing that it sends. */
  receiveTimeoutMs: number;
  /** Without any stream; Infinity for never. */
  idleMaxMs: number;
}

/** Per connection; one stream has `STREAM_WINDOW_BYTES`, so that a request of usual size never waits for the window. */
const SESSION_WINDOW_BYTES = 4 << 20;
export const STREAM_WINDOW_BYTES = 1 << 20;

interface SessionState {
  isSettled: boolean;
  openStreams: number;
  /** Of the connection, or of the end of its last stream. */
  idleSinceMs: number;
}

export function trackSessions(http2Server: Http2Server, options: SessionOptions): Sessions {
  const sessions = new Map<ServerHttp2Session, SessionState>();
  http2Server.on('session', (session: ServerHttp2Session) => {
    const state: SessionState = { isSettled: false, openStreams: 0, idleSinceMs: Date.now() };
    sessions.set(session, state);
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    session.once('remoteSettings', () => {
      state.isSettled = true;
    });
    session.on('close', () => sessions.delete(session));
  });
  http2Server.prependListener('stream', (stream: ServerHttp2Stream) => {
    const state = stream.session === undefined ? undefined : sessions.get(stream.session as ServerHttp2Session);
    if (state === undefined) return;
    state.openStreams++;
    stream.on('close', () => {
      state.openStreams--;
      state.idleSinceMs = Date.now();
    });
  });
  return {
    sweep(nowMs) {
      for (const [session, { isSettled, openStreams, idleSinceMs }] of sessions) {
        const idleMs = nowMs - idleSinceMs;
        if (!isSettled && idleMs >= options.receiveTimeoutMs) session.destroy();
        else if (openStreams === 0 && idleMs >= options.idleMaxMs && !session.closed) session.close();
      }
    },
  };
}
