export type DecodeErrorCode = 'malformed_protobuf' | 'malformed_json' | 'too_many_records';

interface DecodeErrorPlace {
  /** Byte of the input at which it went wrong. */
  offset: number;
  /** JSON only: the field, as `resourceLogs[0].resource`; empty for the document itself. */
  path?: string;
}

/** The bytes are not the message they should be; sending them again does not help. Says got and expected. */
export class DecodeError extends Error {
  readonly code: DecodeErrorCode;
  readonly offset: number;
  readonly path: string;

  constructor(code: DecodeErrorCode, message: string, place: DecodeErrorPlace) {
    super(message);
    this.name = 'DecodeError';
    this.code = code;
    this.offset = place.offset;
    this.path = place.path ?? '';
  }
}
