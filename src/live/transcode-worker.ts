import { DecodeError } from '../decode/decode-error.ts';
import type { DecodeErrorCode } from '../decode/decode-error.ts';
import { transcodeJson } from '../decode/transcode-json.ts';

/** Errors lose their class on the way between threads, so they go as data. */
export type TranscodeOutcome =
  | { bytes: Uint8Array; warning: string }
  | { code: DecodeErrorCode; message: string; offset: number; path: string };

export default function transcode(body: Uint8Array): TranscodeOutcome {
  try {
    return transcodeJson(body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { code, message, offset, path } = error;
    return { code, message, offset, path };
  }
}
