import type { Judgement, SourceRequest } from '../http/source-client.ts';
import type { PullContext } from '../pull/pull.ts';
import type { SourceError, SourceErrorCode } from '../source-error.ts';
import type { AwsAccount } from './aws-account.ts';
import { signAwsCall } from './aws-signature.ts';

export type Fields = Record<string, unknown>;

/** Calls CloudWatch Logs: AWS JSON 1.1 over POST, signed. */
export interface LogsApi {
  /** @param about what the call is about, for its errors. */
  call(action: string, input: Fields, about: string): Promise<Fields>;
  /** The same for what nobody waits for any more; never rejects. */
  release(action: string, input: Fields): Promise<void>;
  malformed(action: string, sentence: string): SourceError;
}

/** AWS says what is wrong by name; most have status 400. */
const REFUSALS: ReadonlyMap<string, { code: SourceErrorCode; retry: boolean }> = new Map([
  ...refusals('rate_limited', true, [
    'ThrottlingException',
    'Throttling',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'LimitExceededException',
    'SlowDown',
  ]),
  ...refusals('credentials_refused', false, [
    'AccessDeniedException',
    'AccessDenied',
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'InvalidAccessKeyId',
    'ExpiredTokenException',
    'ExpiredToken',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'OptInRequired',
    'NotAuthorized',
  ]),
  ...refusals('vendor_error', true, ['InternalFailure', 'InternalServerException', 'ServiceUnavailableException']),
]);

function refusals(code: SourceErrorCode, retry: boolean, names: string[]) {
  return names.map((name) => [name, { code, retry }] as const);
}

export function createLogsApi(account: AwsAccount, { client, signal }: PullContext): LogsApi {
  async function signed(action: string, input: Fields): Promise<SourceRequest> {
    const body = JSON.stringify(input);
    const headers = signAwsCall(await account.keys(), {
      url: account.url,
      region: account.region,
      service: 'logs',
      nowMs: Date.now(),
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${action}` },
      body,
    });
    return { call: action, method: 'POST', url: account.url, headers, body };
  }

  return {
    async call(action, input, about) {
      const request = await signed(action, input);
      signal.throwIfAborted();
      const answer = await client.json({
        ...request,
        judge: (refusal) => judge(refusal.body, refusal.headers['x-amzn-errortype'], `${about}, ${account.region}`),
      });
      if (isFields(answer)) return answer;
      throw client.error('malformed_answer', action, "its answer is no object: check that the address is the API's");
    },
    async release(action, input) {
      const request = await signed(action, input).catch(() => undefined);
      if (request !== undefined) await client.release(request);
    },
    malformed: (action, sentence) => client.error('malformed_answer', action, sentence),
  };
}

function judge(body: string, header: string | string[] | undefined, about: string): Judgement | undefined {
  const fields = parsed(body);
  const type = fields['__type'] ?? fields['code'] ?? header;
  if (typeof type !== 'string') return undefined;
  // com.amazonaws.logs#ThrottlingException, or ThrottlingException:http://...
  const name = /^(?:[^#]*#)?([A-Za-z]+)/.exec(type)?.[1];
  if (name === undefined) return undefined;
  const message = fields['message'] ?? fields['Message'];
  const said = `${name}: ${typeof message === 'string' ? message : 'no message'} (${about})`;
  return { ...REFUSALS.get(name), said };
}

function parsed(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
