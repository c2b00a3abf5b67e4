import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';

export const SinksAnswerSchema = Type.Object(
  {
    sinks: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          type: Type.String({ description: 'alertmanager, webhook, slack, pagerduty, teams or otlp' }),
          state: Type.Enum(['ok', 'retrying', 'failing', 'idle'], {
            description:
              'idle: nothing was sent yet; retrying: the last call failed; failing: many did, or credentials are refused',
          }),
          pending: Type.Integer({ description: 'Alerts that wait' }),
          delivered: Type.Integer(),
          failed: Type.Integer({ description: 'Calls that failed and are made again' }),
          refused: Type.Integer({ description: 'Alerts that the tool refused for good' }),
          given_up: Type.Integer({ description: 'Alerts too old to be tried again' }),
          dropped: Type.Integer({ description: 'Alerts dropped at the bound of the queue' }),
          superseded: Type.Integer({ description: 'Updates that a newer one took the place of while they waited' }),
          last_error: Type.Optional(Type.String()),
          last_delivered: Type.Optional(Type.String({ description: 'ISO 8601' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type SinksAnswer = Static<typeof SinksAnswerSchema>;

export const SinkParamsSchema = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });

export const SinkTestSchema = Type.Object(
  {
    sink: Type.String(),
    delivered: Type.Boolean(),
    status: Type.Optional(Type.Integer({ description: 'What the tool answered, where it speaks HTTP' })),
    error: Type.Optional(Type.String({ description: 'Why it was not delivered' })),
    ms: Type.Integer({ description: 'Milliseconds that it took' }),
  },
  { additionalProperties: false },
);

export type SinkTestAnswer = Static<typeof SinkTestSchema>;
