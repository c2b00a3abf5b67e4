/** Ways in which a call gets no answer. */
type NetworkFailureCode = 'timed_out' | 'unreachable' | 'malformed_answer';

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const CERTIFICATE =
  /^(CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

/** What went wrong on the way to another program, as an error's code and the end of a sentence. */
export function networkFailure(
  cause: unknown,
  url: URL,
  answerTimeoutMs: number,
): { code: NetworkFailureCode; sentence: string } {
  const code = codeOf(cause);
  const at = url.host;
  if (TIMEOUTS.has(code)) return { code: 'timed_out', sentence: `${at} sent nothing for ${answerTimeoutMs / 1000} s` };
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return { code: 'timed_out', sentence: `${at} did not answer within ${answerTimeoutMs / 1000} s` };
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return { code: 'timed_out', sentence: `${at} took no connection in time: check the address and the way there` };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'unreachable', sentence: `the name ${url.hostname} is not known: check the address` };
  }
  if (code === 'ECONNREFUSED') {
    return { code: 'unreachable', sentence: `nothing listens at ${at}: check the address and that it runs` };
  }
  if (CERTIFICATE.test(code)) {
    const trust = 'name the authority that signed it in NODE_EXTRA_CA_CERTS';
    return { code: 'unreachable', sentence: `the certificate of ${at} is not trusted (${code}): ${trust}` };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return { code: 'unreachable', sentence: `${at} does not speak TLS as asked: is it http:// rather than https://?` };
  }
  if (code.startsWith('HPE_')) {
    return { code: 'malformed_answer', sentence: `${at} answers something that is not HTTP: check the address` };
  }
  const said = code === '' ? String(cause instanceof Error ? cause.message : cause) : code;
  return { code: 'unreachable', sentence: `the connection to ${at} broke (${said.slice(0, 100)})` };
}

/** Whether the connection stood, and nothing came over it for the whole of the time that was given. */
export function isSilence(cause: unknown): boolean {
  return TIMEOUTS.has(codeOf(cause));
}

/** Node wraps errors of several addresses, and undici those of the socket. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== undefined && code !== 'UND_ERR_SOCKET') return code;
  return cause.cause === undefined ? (code ?? '') : codeOf(cause.cause);
}
