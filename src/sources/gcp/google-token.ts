import type { PullContext, PullRequest } from '../pull/pull.ts';
import { askMachineToken } from './machine-token.ts';
import type { MachineToken } from './machine-token.ts';
import { parseServiceAccount, signToken } from './service-account.ts';

const CALL = 'credentials';
/** A token is renewed this long before it ends. */
const MARGIN_SECONDS = 300;
const SIGNED_SECONDS = 3600;
/** Google's own hosts. The machine's account is shown to nobody else. */
const GOOGLE_HOST = /(^|\.)googleapis\.com$/;

/**
 * Gives the token that calls to `url` carry: one signed by the service account that is configured, else one of the
 * machine's own account.
 *
 * @param askMachine asks the metadata server.
 */
export function googleTokens(
  { values }: PullRequest,
  { client, signal }: PullContext,
  url: URL,
  askMachine: (signal: AbortSignal) => Promise<MachineToken> = askMachineToken,
): () => Promise<string> {
  const json = values.get('credentials_json');
  const ask = json === undefined ? machine : signer(json);
  let token = '';
  let usedUntilMs = 0;
  return async () => {
    if (Date.now() < usedUntilMs) return token;
    const got = await ask();
    client.hide(got.token);
    token = got.token;
    usedUntilMs = Date.now() + Math.max(got.seconds / 2, got.seconds - MARGIN_SECONDS) * 1000;
    return token;
  };

  function signer(key: string): () => MachineToken {
    try {
      const account = parseServiceAccount(key);
      return () => ({ token: signToken(account, Date.now()), seconds: SIGNED_SECONDS });
    } catch (cause) {
      throw client.error('configuration', CALL, `GCP_CREDENTIALS_JSON ${(cause as Error).message}`);
    }
  }

  async function machine(): Promise<MachineToken> {
    if (!GOOGLE_HOST.test(url.hostname) || url.protocol !== 'https:') {
      const why = `the machine's own account is not shown to ${url.host}, which is not Google's`;
      throw client.error('configuration', CALL, `${why}: set GCP_CREDENTIALS_JSON`);
    }
    try {
      return await askMachine(signal);
    } catch (cause) {
      signal.throwIfAborted();
      const said = client.shown((cause as Error).message);
      const sentence = `this machine has no account of Google Cloud (${said}): set GCP_CREDENTIALS_JSON`;
      throw client.error('configuration', CALL, sentence);
    }
  }
}
