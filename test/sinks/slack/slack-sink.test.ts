import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { startReceiver } from '../loopback.ts';
import type { Answer, Received } from '../loopback.ts';
import { hostileIncident, sendAll } from '../run-sink.ts';
import { incident } from '../samples.ts';

const strict = { additionalProperties: false };
const mrkdwn = (maxLength: number) =>
  Type.Object(
    { type: Type.Literal('mrkdwn'), text: Type.String({ minLength: 1, maxLength }), verbatim: Type.Literal(true) },
    strict,
  );

/** Block Kit's limits, as its reference gives them. */
const Message = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 40_000 }),
    unfurl_links: Type.Boolean(),
    unfurl_media: Type.Boolean(),
    attachments: Type.Array(
      Type.Object(
        {
          color: Type.String({ pattern: '^#[0-9a-f]{6}$' }),
          blocks: Type.Array(
            Type.Union([
              Type.Object({ type: Type.Literal('section'), text: mrkdwn(3000) }, strict),
              Type.Object(
                { type: Type.Literal('section'), fields: Type.Array(mrkdwn(2000), { maxItems: 10 }) },
                strict,
              ),
              Type.Object(
                { type: Type.Literal('context'), elements: Type.Array(mrkdwn(3000), { maxItems: 10 }) },
                strict,
              ),
            ]),
            { maxItems: 50 },
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** Answers as an incoming webhook does: `ok`, or what is wrong with the message. */
function slack({ body, headers }: Received): Answer {
  if (!String(headers['content-type']).startsWith('application/json')) return { status: 400, body: 'invalid_payload' };
  return Value.Check(Message, JSON.parse(body)) ? { status: 200, body: 'ok' } : { status: 400, body: 'invalid_blocks' };
}

const yaml = (url: string) => `
external_url: https://halfspace.example.com
sinks: { a: { type: slack, url: "${url}/services/T/B/x", runbook: "https://wiki/x", text: "*{{count}}* lines: {{sample}}" } }`;

test('a strict receiver written from the documentation takes every kind of alert', async () => {
  await using receiver = await startReceiver(slack);
  const results = await sendAll(yaml(receiver.url), [
    ['opened', incident()],
    ['updated', incident({ count: 9999 })],
    ['resolved', incident({ state: 'resolved' })],
    ['resolved', incident({ state: 'resolved', resolution: 'usual' })],
    ['test', incident()],
  ]);
  expect(results.map(({ outcome }) => outcome)).toEqual(Array<string>(5).fill('delivered'));
  const headings = receiver.received.map(({ body }) => (JSON.parse(body) as { text: string }).text);
  expect(headings).toEqual([
    '*Error: payments: burst of errors*',
    '*Error (update): payments: burst of errors*',
    '*Resolved: payments: burst of errors*',
    '*Resolved as usual now: payments: burst of errors*',
    '*Test: payments: burst of errors*',
  ]);
});

test('what comes from logs is no markup, names nobody and links nowhere', async () => {
  await using receiver = await startReceiver(slack);
  const [result] = await sendAll(yaml(receiver.url), [['opened', hostileIncident()]]);
  expect(result).toMatchObject({ outcome: 'delivered' });
  const { body } = receiver.received[0]!;
  const { text, attachments } = JSON.parse(body) as { text: string; attachments: unknown };
  const marked = JSON.stringify([text, attachments]);
  expect(marked).not.toContain('<!');
  expect(marked).not.toMatch(/<https:\/\/evil/);
  expect(marked).toContain('&lt;!channel&gt;');
});
