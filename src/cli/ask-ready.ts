import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import { connectionProblem } from './connection-problem.ts';
import { detailIn, localRest } from './local-rest.ts';

const TIMEOUT_MS = 3000;

/** Asks the service on this machine whether it is ready: undefined when it is, else a sentence that says why not. */
export async function askReady({ listen, security }: Pick<Config, 'listen' | 'security'>): Promise<string | undefined> {
  const url = new URL('/ready', localRest({ listen, security }));
  try {
    const answer = await get(url);
    const body = await text(answer);
    if (answer.statusCode === 200) return undefined;
    return `${url.href} answered ${answer.statusCode}: ${detailIn(body) ?? 'something else listens there'}`;
  } catch (error) {
    const isTls = security.tls !== undefined;
    const hint = isTls ? 'is TLS_CERT_FILE set for the service too?' : 'has the service a TLS_CERT_FILE?';
    const problem = connectionProblem(error, isTls);
    return `${url.href} gives no answer: ${problem}${/TLS/.test(problem) ? `; ${hint}` : ''}`;
  }
}

function get(url: URL): Promise<IncomingMessage> {
  // Whether it is ready is asked, not who it is: a certificate names the host that others call, and nothing is sent.
  const options = { timeout: TIMEOUT_MS, agent: false, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`nothing within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', reject);
    request.end();
  });
}
