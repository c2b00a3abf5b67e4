import { Agent } from 'undici';
import { networkFailure } from '../outgoing/network-failure.ts';
import { hintMs } from '../outgoing/retry-delay.ts';
import { shownText, vendorMessage } from '../outgoing/vendor-message.ts';
import type { SendResult } from './sink.ts';

export interface HttpPostOptions {
  url: URL;
  headers?: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** What no error may show; the address is one of them, as tools keep their secret in it. */
  secrets: readonly string[];
  nowMs(): number;
}

export interface HttpPost {
  send(
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<SendResult & { body?: Buffer }>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** An answer is read for its error only. */
const ANSWER_BYTES_MAX = 64 << 10;
/** The message is what is wrong: bad request, too large, a type that is not taken, content that makes no sense. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Posts to one address over connections of its own, so that a slow tool is in no other one's way. */
export function createHttpPost({ url, headers = {}, timeoutMs, secrets, nowMs }: HttpPostOptions): HttpPost {
  const agent = new Agent({
    connect: { timeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // One for delivery, and one for who tries the sink while a call of delivery hangs.
    connections: 2,
  });
  const hidden = [...secrets, url.pathname + url.search].filter((text) => text.length > 1);
  return {
    async send(body, extra, signal) {
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'POST',
          headers: { 'user-agent': 'halfspace', ...headers, ...extra },
          body,
          signal,
        });
        const status = answer.statusCode;
        const bytes = await readAnswer(answer.body as AsyncIterable<Buffer>);
        if (status >= 200 && status < 300) return { outcome: 'delivered', status, body: bytes };
        const said = { status, error: refusal(url, status), ...wordsIn(bytes.toString('utf8'), hidden) };
        if (REFUSED.has(status)) return { outcome: 'refused', ...said };
        const retryAfterMs = hintMs(answer.headers, nowMs());
        return { outcome: 'failed', ...said, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
      } catch (cause) {
        const { sentence } = networkFailure(signal.aborted ? signal.reason : cause, url, timeoutMs);
        return { outcome: 'failed', error: shownText(sentence, hidden) ?? sentence };
      }
    },
    close: () => agent.destroy(),
  };
}

async function readAnswer(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part);
    length += part.length;
    if (length >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(parts);
}

function refusal(url: URL, status: number): string {
  const isElsewhere = status >= 300 && status < 400;
  return `${url.host} answered ${status}${isElsewhere ? ' (name the address that it redirects to)' : ''}`;
}

function wordsIn(body: string, hidden: readonly string[]): { words?: string } {
  const words = vendorMessage(body, hidden);
  return words === undefined ? {} : { words };
}
