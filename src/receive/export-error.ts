/** The ways an export can fail, named as gRPC names them. What a sender may retry follows the OTLP specification. */
export type ExportErrorCode =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'permission_denied'
  | 'resource_exhausted'
  | 'unimplemented'
  | 'deadline_exceeded'
  | 'unavailable';

interface ExportStatus {
  grpcCode: number;
  httpStatus: number;
  retryable: boolean;
}

/** OTLP specification 1.11, "Failures" for both transports. A request that is too large is 413 over HTTP. */
export const EXPORT_STATUS: Readonly<Record<ExportErrorCode, ExportStatus>> = {
  invalid_argument: { grpcCode: 3, httpStatus: 400, retryable: false },
  deadline_exceeded: { grpcCode: 4, httpStatus: 503, retryable: true },
  permission_denied: { grpcCode: 7, httpStatus: 403, retryable: false },
  resource_exhausted: { grpcCode: 8, httpStatus: 413, retryable: false },
  unimplemented: { grpcCode: 12, httpStatus: 404, retryable: false },
  unavailable: { grpcCode: 14, httpStatus: 503, retryable: true },
  unauthenticated: { grpcCode: 16, httpStatus: 401, retryable: false },
};

/** A refusal with its reason for the sender; `retryAfterSeconds` (1 to 5) goes with retryable codes only. */
export class ExportError extends Error {
  readonly code: ExportErrorCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ExportErrorCode, message: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ExportError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Any thrown value as an `ExportError`; what we did not foresee is ours, so the sender is told to try again. */
export function toExportError(error: unknown): ExportError {
  if (error instanceof ExportError) return error;
  return new ExportError('unavailable', 'internal error while scoring, try again', {
    retryAfterSeconds: 1,
    cause: error,
  });
}
