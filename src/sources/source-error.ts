export type SourceErrorCode =
  // What the user has to set right.
  | 'source_not_found'
  | 'source_not_a_file'
  | 'source_permission_denied'
  | 'unknown_format'
  | 'configuration'
  | 'host_refused'
  // What the store says or fails to say.
  | 'credentials_refused'
  | 'unreachable'
  | 'timed_out'
  | 'rate_limited'
  | 'vendor_error'
  | 'malformed_answer'
  // What is wrong with what was read, or with this machine.
  | 'source_unreadable'
  | 'malformed_input'
  | 'no_room';

/** Which call of which store went wrong; nothing of it is secret. */
export interface VendorDetails {
  source: string;
  /** As the vendor's documentation names it. */
  call: string;
  /** HTTP status, where there was one. */
  status?: number | undefined;
  /** When the store may be asked again. */
  retryAfterSeconds?: number | undefined;
}

/** A source that cannot be read; the message says what to do about it. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  readonly vendor: VendorDetails | undefined;

  constructor(code: SourceErrorCode, message: string, options: { cause?: unknown; vendor?: VendorDetails } = {}) {
    super(message, { cause: options.cause });
    this.name = 'SourceError';
    this.code = code;
    this.vendor = options.vendor;
  }
}
