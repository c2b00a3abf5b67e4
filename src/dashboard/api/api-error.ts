/** What a call came back with instead of an answer: a problem document (RFC 9457), or no answer at all. */
export class ApiError extends Error {
  /** Of HTTP; 0 when nothing answered. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface ProblemBody {
  detail?: string;
  title?: string;
  code?: string;
  status?: number;
}

export function errorOf(status: number, body: string): ApiError {
  try {
    const { detail, title, code } = JSON.parse(body) as ProblemBody;
    return new ApiError(status, code ?? 'unknown', detail ?? title ?? `status ${status}`);
  } catch {
    return new ApiError(status, 'unknown', `The service answered with status ${status}.`);
  }
}

export function unreachable(): ApiError {
  return new ApiError(0, 'unreachable', 'The service does not answer: it is down, or the network is.');
}
