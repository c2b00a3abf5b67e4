import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { startReceiver } from '../loopback.ts';
import type { Answer, Received } from '../loopback.ts';
import { hostileIncident, sendAll } from '../run-sink.ts';
import { incident } from '../samples.ts';

const strict = { additionalProperties: false };
const MESSAGE_BYTES_MAX = 28 * 1024;

/** A message with one Adaptive Card of version 1.4, as the documentation of workflows and the card's schema give it. */
const Message = Type.Object(
  {
    type: Type.Literal('message'),
    attachments: Type.Tuple([
      Type.Object(
        {
          contentType: Type.Literal('application/vnd.microsoft.card.adaptive'),
          contentUrl: Type.Null(),
          content: Type.Object(
            {
              $schema: Type.Literal('http://adaptivecards.io/schemas/adaptive-card.json'),
              type: Type.Literal('AdaptiveCard'),
              version: Type.Literal('1.4'),
              msteams: Type.Object({ width: Type.Literal('Full') }, strict),
              body: Type.Array(
                Type.Union([
                  Type.Object(
                    {
                      type: Type.Literal('TextBlock'),
                      text: Type.String(),
                      size: Type.Optional(Type.Enum(['Default', 'Small', 'Medium', 'Large', 'ExtraLarge'])),
                      weight: Type.Optional(Type.Enum(['Default', 'Lighter', 'Bolder'])),
                      color: Type.Optional(
                        Type.Enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention']),
                      ),
                      fontType: Type.Optional(Type.Enum(['Default', 'Monospace'])),
                      wrap: Type.Boolean(),
                      separator: Type.Optional(Type.Boolean()),
                    },
                    strict,
                  ),
                  Type.Object(
                    {
                      type: Type.Literal('FactSet'),
                      facts: Type.Array(Type.Object({ title: Type.String(), value: Type.String() }, strict)),
                    },
                    strict,
                  ),
                ]),
              ),
              actions: Type.Optional(
                Type.Array(
                  Type.Object(
                    {
                      type: Type.Literal('Action.OpenUrl'),
                      title: Type.String(),
                      url: Type.String({ pattern: '^https?://' }),
                    },
                    strict,
                  ),
                  { maxItems: 6 },
                ),
              ),
            },
            strict,
          ),
        },
        strict,
      ),
    ]),
  },
  strict,
);

function teams({ body }: Received): Answer {
  if (Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return { status: 413 };
  return { status: Value.Check(Message, JSON.parse(body)) ? 202 : 400 };
}

const yaml = (url: string) => `
external_url: https://halfspace.example.com
sinks: { a: { type: teams, url: "${url}/workflows/x?sig=hidden", runbook: "https://wiki/x" } }`;

test('a strict receiver written from the documentation takes every kind of alert', async () => {
  await using receiver = await startReceiver(teams);
  const results = await sendAll(yaml(receiver.url), [
    ['opened', incident()],
    ['updated', incident()],
    ['resolved', incident({ state: 'resolved' })],
    ['resolved', incident({ state: 'resolved', resolution: 'usual' })],
    ['test', incident()],
  ]);
  expect(results.map(({ outcome }) => outcome)).toEqual(Array<string>(5).fill('delivered'));
  expect(receiver.received.map(({ body }) => body.includes('Resolved as usual now'))).toEqual([
    false,
    false,
    false,
    true,
    false,
  ]);
});

test('what comes from logs is no Markdown, and the largest incident fits', async () => {
  await using receiver = await startReceiver(teams);
  const [result] = await sendAll(yaml(receiver.url), [['opened', hostileIncident()]]);
  expect(result).toMatchObject({ outcome: 'delivered' });
  expect(receiver.received[0]!.body).not.toContain('[x](http');
});
