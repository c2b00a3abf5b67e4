import { Piscina } from 'piscina';
import { DecodeError } from '../decode/decode-error.ts';
import { transcodeJson } from '../decode/transcode-json.ts';
import type { TranscodeOutcome } from './transcode-worker.ts';

/** Above this many bytes (about 10 ms) transcoding would hold up every other request. */
const INLINE_BYTES_MAX = 1 << 20;
const IDLE_TIMEOUT_MS = 20_000;

export interface TranscodedRequest {
  bytes: Uint8Array;
  warning: string;
}

/** OTLP/JSON to OTLP protobuf: small bodies on the spot, large ones in a thread that is there only while needed. */
export class JsonTranscoder {
  readonly #pool = new Piscina<Uint8Array, TranscodeOutcome>({
    filename: new URL('./transcode-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
    recordTiming: false,
  });

  /** Throws or rejects with `DecodeError`. */
  transcode(body: Uint8Array): TranscodedRequest | Promise<TranscodedRequest> {
    return body.length <= INLINE_BYTES_MAX ? transcodeJson(body) : this.#inThread(body);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #inThread(body: Uint8Array): Promise<TranscodedRequest> {
    const outcome = await this.#pool.run(body);
    if ('bytes' in outcome) return outcome;
    const { code, message, offset, path } = outcome;
    throw new DecodeError(code, message, { offset, path });
  }
}
