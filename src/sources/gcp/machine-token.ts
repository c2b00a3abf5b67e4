import { request } from 'node:http';

import { SCOPE } from './service-account.ts';

/** The metadata server, by its address: no name can lead elsewhere, and nobody can name another one. */
const METADATA_URL = 'http://169.254.169.254';
const PATH = `/computeMetadata/v1/instance/service-accounts/default/token?scopes=${encodeURIComponent(SCOPE)}`;
const TIMEOUT_MS = 3_000;
const BYTES_MAX = 64 << 10;

export interface MachineToken {
  token: string;
  seconds: number;
}

/**
 * A token of the account that this machine runs as: Compute Engine, GKE, Cloud Run. Metadata addresses are refused to
 * all sources, so this one call to a fixed path goes around the guard; no redirect is followed.
 */
export async function askMachineToken(signal: AbortSignal, base = METADATA_URL): Promise<MachineToken> {
  const text = await get(new URL(PATH, base), AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
  const { access_token: token, expires_in: seconds } = JSON.parse(text) as Record<string, unknown>;
  if (typeof token !== 'string' || token === '' || typeof seconds !== 'number' || !(seconds > 0)) {
    throw new Error('the metadata server gave no token');
  }
  return { token, seconds };
}

function get(url: URL, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { 'metadata-flavor': 'Google' }, signal, agent: false }, (answer) => {
      if (answer.statusCode !== 200 || answer.headers['metadata-flavor'] !== 'Google') {
        answer.destroy();
        return reject(new Error(`the metadata server answered ${answer.statusCode ?? 'nothing'}`));
      }
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
        if (text.length > BYTES_MAX) answer.destroy(new Error('the metadata server answered too much'));
      });
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
