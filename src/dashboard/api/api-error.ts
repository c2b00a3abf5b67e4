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

/** Of an answer that is no problem document: it is what stands between this page and the service that gives it. */
const NOT_OURS: Readonly<Record<number, string>> = {
  400: 'What stands before the service does not understand the request.',
  401: 'What stands before the service wants to know who asks.',
  403: 'What stands before the service does not let this page through.',
  404: 'There is no such page: what stands before the service leads elsewhere.',
  413: 'What stands before the service takes no request of this size.',
  429: 'What stands before the service wants fewer calls.',
  502: 'What stands before the service cannot reach it.',
  503: 'What stands before the service has nobody to ask.',
  504: 'What stands before the service has waited too long for it.',
};

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
    return new ApiError(status, 'unknown', NOT_OURS[status] ?? `The service answered with status ${status}.`);
  }
}

export function unreachable(): ApiError {
  return new ApiError(0, 'unreachable', 'The service does not answer: it is down, or the network is.');
}
