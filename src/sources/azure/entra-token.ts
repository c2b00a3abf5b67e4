import type { Judgement } from '../http/source-client.ts';
import type { PullContext, PullRequest } from '../pull/pull.ts';

const CALL = 'token';
const AUTHORITY = 'https://login.microsoftonline.com';
/** A token is not used in its last minutes, as a query may take some. */
const MARGIN_SECONDS = 300;

/** Gives the token that calls carry; asks Microsoft Entra ID for one when there is none or it is about to end. */
export function entraTokens(
  { values }: PullRequest,
  { client }: PullContext,
  scope: string,
  nowMs: () => number,
): () => Promise<string> {
  const base = (values.get('authority_host') ?? AUTHORITY).replace(/\/+$/, '');
  const url = new URL(`${base}/${encodeURIComponent(values.get('tenant_id') ?? '')}/oauth2/v2.0/token`);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: values.get('client_id') ?? '',
    client_secret: values.get('client_secret') ?? '',
    scope,
  }).toString();
  let token = '';
  let usedUntilMs = 0;

  return async () => {
    if (nowMs() < usedUntilMs) return token;
    const answer = await client.json({
      call: CALL,
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
      judge,
    });
    const { access_token, expires_in } = (answer ?? {}) as { access_token?: unknown; expires_in?: unknown };
    const seconds = Number(expires_in);
    if (typeof access_token !== 'string' || access_token === '' || !(seconds > 0)) {
      const sentence = 'its answer has no access_token with expires_in: check AZURE_AUTHORITY_HOST';
      throw client.error('malformed_answer', CALL, sentence);
    }
    client.hide(access_token);
    token = access_token;
    usedUntilMs = nowMs() + Math.max(seconds / 2, seconds - MARGIN_SECONDS) * 1000;
    return token;
  };
}

/** Some wrong credentials are refused with status 400 and a name from OAuth 2 (RFC 6749, 5.2). */
function judge({ body }: { body: string }): Judgement | undefined {
  const name = /"error"\s*:\s*"(\w+)"/.exec(body)?.[1];
  const isCredentials = name === 'invalid_client' || name === 'unauthorized_client' || name === 'access_denied';
  return isCredentials ? { code: 'credentials_refused' } : undefined;
}
