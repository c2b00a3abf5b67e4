import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Streams that all connections together may open in one turn of the event loop; each costs some 5 KB until it has ended. */
const STREAMS_PER_TURN = 400;
/** Streams of one connection that are opened at a time: by the next, what was wrong with these has ended the session. */
const STREAMS_AT_ONCE = 100;
/** So few never wait: a good sender is not to queue behind a flood. */
const STREAMS_FEW = 8;
const PREFACE_BYTES = 24;
const FRAME_HEAD_BYTES = 9;
const HEADERS = 1;

interface Piece {
  bytes: Buffer;
  /** That it opens. */
  streams: number;
}

/** How many streams were opened in this turn of the event loop, and the connections that wait for the next. */
export class StreamTurns {
  #opened = 0;
  #awaitsNext = false;
  readonly #waiting = new Set<Http2Gate>();

  /** Whether there is room; if not, `gate` is called when there is. */
  take(streams: number, gate: Http2Gate): boolean {
    if (streams === 0) return true;
    if (!this.#awaitsNext) setImmediate(() => this.#next());
    this.#awaitsNext = true;
    if (streams > STREAMS_FEW && this.#opened > 0 && this.#opened + streams > STREAMS_PER_TURN) {
      this.#waiting.add(gate);
      return false;
    }
    this.#opened += streams;
    return true;
  }

  forget(gate: Http2Gate): void {
    this.#waiting.delete(gate);
  }

  #next(): void {
    this.#awaitsNext = false;
    this.#opened = 0;
    // Each once: who finds no room is put back at the end.
    for (let tries = this.#waiting.size; tries > 0 && this.#opened < STREAMS_PER_TURN; tries--) {
      const [gate] = this.#waiting;
      if (gate === undefined) return;
      this.#waiting.delete(gate);
      gate.go();
    }
  }
}

/**
 * Stands between a connection and its HTTP/2 session. Node reads 64 KiB at a time and makes a stream of each of the 2,500
 * requests that these can open and reset, before it looks whether these were too many, on every connection that has
 * something to read: 100 connections cost more than a GiB. Through here they come a few at a time, and a session that is ended
 * for its resets never sees the rest.
 */
export class Http2Gate extends Duplex {
  readonly #socket: Socket;
  readonly #turns: StreamTurns;
  readonly #pieces: Piece[] = [];
  /** Bytes before the next frame's head. */
  #skip = PREFACE_BYTES;
  readonly #head = Buffer.alloc(FRAME_HEAD_BYTES);
  #headBytes = 0;
  #hasEnded = false;

  constructor(socket: Socket, turns: StreamTurns) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#turns = turns;
    socket.on('data', (chunk: Buffer) => {
      this.#divide(chunk);
      this.go();
    });
    socket.on('end', () => {
      this.#hasEnded = true;
      this.go();
    });
    const close = (): void => void this.destroy();
    socket.on('close', close).on('error', close);
  }

  /** Hands on what there is room for. */
  go(): void {
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      if (this.destroyed) return;
      if (!this.#turns.take(piece.streams, this)) return void this.#socket.pause();
      this.#pieces.shift();
      const wantsMore = this.push(piece.bytes);
      // What ends the session, or a stream, is done between two turns.
      if (this.#pieces.length > 0) setImmediate(() => this.go());
      if (this.#pieces.length > 0 || !wantsMore) return void this.#socket.pause();
    }
    if (this.#hasEnded) this.push(null);
    else this.#socket.resume();
  }

  override _read(): void {
    if (this.#pieces.length === 0) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(chunk, (error) => {
      // The peer is gone, and nobody is left to be told of it.
      if (error) this.destroy();
      done();
    });
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#pieces.length = 0;
    this.#turns.forget(this);
    this.#socket.destroy();
    done(error);
  }

  /** Cuts a chunk before each frame with which it would open too many streams at once. */
  #divide(chunk: Buffer): void {
    let from = 0;
    let streams = 0;
    for (let at = 0; at < chunk.length;) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (at === chunk.length) break;
      this.#head[this.#headBytes++] = chunk[at++]!;
      if (this.#headBytes < FRAME_HEAD_BYTES) continue;
      this.#headBytes = 0;
      this.#skip = this.#head.readUIntBE(0, 3);
      if (this.#head[3] !== HEADERS) continue;
      if (streams === STREAMS_AT_ONCE) {
        this.#pieces.push({ bytes: chunk.subarray(from, at), streams });
        from = at;
        streams = 0;
      }
      streams++;
    }
    if (from < chunk.length) this.#pieces.push({ bytes: chunk.subarray(from), streams });
  }
}
