import { status } from '@grpc/grpc-js';
import { isPlainAnswer } from '../connection-problem.ts';

/** What gRPC tells of a call that failed. */
export interface FailedCall {
  code: status;
  details: string;
}

export interface Asked {
  /** `host:port` */
  target: string;
  isTls: boolean;
  /** Whether a signing secret or a token was sent. */
  isSigned: boolean;
}

/** A sentence about a receiver, and whether it would be the same after every further try. */
export interface ReceiverProblem {
  sentence: string;
  isFinal: boolean;
  /** The connection is closed without a word, which may be for good and may be for now. */
  isClosed: boolean;
}

const WANTED = '--to wants a port for OTLP/gRPC, which is 4317 where it was not set otherwise';

/**
 * What is wrong with a receiver that has never answered as OTLP/gRPC, which gRPC tells in the raw words of sockets, HTTP/2 and
 * OpenSSL; undefined where the receiver has spoken for itself.
 */
export function receiverProblem({ code, details }: FailedCall, asked: Asked): ReceiverProblem | undefined {
  const { target, isTls } = asked;
  const final = (sentence: string) => ({ sentence, isFinal: true, isClosed: false });
  const passing = (sentence: string) => ({ sentence, isFinal: false, isClosed: false });
  const [, http] = /^Received HTTP status code (\d{3})/.exec(details) ?? [];
  if (http !== undefined && code !== status.UNAVAILABLE)
    return final(`${target} answers as HTTP (status ${http}) and not as gRPC: ${WANTED}`);
  if (code === status.UNAUTHENTICATED && !details.includes('certificate'))
    return final(unauthenticated(details, asked));
  if (code !== status.UNAVAILABLE) return undefined;
  if (details.startsWith('Name resolution failed')) return passing(`the name of ${target} is not known`);
  const [, raw] = /^No connection established\. Last error: ([^]*?)(?:\. Resolution note: [^]*)?$/.exec(details) ?? [];
  if (raw === undefined) return undefined;
  if (raw.includes('ECONNREFUSED')) return passing(`nothing listens at ${target}`);
  if (isTls && isPlainAnswer(raw))
    return final(`${target} speaks no TLS: --to ${target}, without https://, is for plain text`);
  if (isTls && raw.includes('alert no application protocol'))
    return final(`${target} speaks TLS, but no HTTP/2: ${WANTED}`);
  if (isTls && UNTRUSTED.test(raw))
    return final(`the certificate of ${target} is not trusted (--ca names a CA): ${plain(raw)}`);
  if (raw.startsWith('Protocol error')) return final(`${target} speaks no HTTP/2: ${WANTED}`);
  if (raw.startsWith('Failed to connect') && !isTls)
    return {
      sentence: `${target} closes connections without a word, as a port with TLS does (--to https://${target} is for TLS)`,
      isFinal: false,
      isClosed: true,
    };
  return passing(`${target} cannot be reached: ${plain(raw)}`);
}

const UNTRUSTED = /certificate|altnames|unable to (get|verify)/i;

/** Without the time that gRPC puts behind some errors, which would make each one another. */
function plain(raw: string): string {
  return raw
    .replace(/^Error: /, '')
    .replace(/ \(\d{4}-[\dT:.-]+Z\)/, '')
    .trim();
}

function unauthenticated(details: string, { target, isSigned }: Asked): string {
  return isSigned
    ? `${target} does not take the SIGNING_SECRET or the first of OTLP_BEARER_TOKENS that the environment or .env has: ${details}`
    : `${target} wants a secret: set SIGNING_SECRET or OTLP_BEARER_TOKENS, in the environment or in .env, to one that it takes`;
}
