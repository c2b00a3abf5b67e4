export type SourceErrorCode =
  | 'source_not_found'
  | 'source_not_a_file'
  | 'source_permission_denied'
  | 'source_unreadable'
  | 'unknown_format'
  | 'malformed_input'
  | 'no_room';

/** A source that cannot be read; the message says what to do about it. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'SourceError';
    this.code = code;
  }
}
