import { Type } from '@fastify/type-provider-typebox';
import { REASONS } from '../../domain/anomaly.ts';
import { INCIDENT_EVENTS, INCIDENT_STATES, RESOLUTIONS } from '../../domain/incident.ts';
import { LEVELS } from '../../domain/level.ts';
import { reference } from './reference.ts';

const Time = Type.Number({ description: 'Epoch milliseconds' });
const Count = Type.Integer({ minimum: 0 });
const reasonCounts = Object.fromEntries(REASONS.map((reason) => [reason, Type.Optional(Count)]));

export const IncidentSchema = Type.Object(
  {
    id: Type.String({ description: 'Stable hash of what groups its anomalies and of the first one’s time' }),
    state: Type.Enum([...INCIDENT_STATES]),
    service: Type.String({ description: 'Of its first anomaly' }),
    services: Type.Array(Type.String(), { description: 'In order of appearance, at most 50' }),
    first_seen: Time,
    last_seen: Time,
    ongoing_until: Type.Optional(
      Type.Number({
        description:
          'Epoch milliseconds until which what it tells was found to go on, looked at once a minute; absent where that was never so without an anomaly',
      }),
    ),
    resolved_at: Type.Optional(Time),
    resolution: Type.Optional(
      Type.Enum([...RESOLUTIONS], {
        description:
          'How it ended: `over`: nothing odd was found any more, and rates that it told are back to what was usual before; `usual`: it goes on still, for so long that it counts as usual now; `merged`: it goes on as part of another; `displaced`: closed early, as too many were open and it had been quiet for longest',
      }),
    ),
    merged_into: Type.Optional(Type.String({ description: 'Id of the incident that it became part of' })),
    count: Type.Integer({ minimum: 1, description: 'Anomalies' }),
    line_count: Type.Integer({
      description:
        'Lines that are part of it, told or silent, as far as they are known: at least so many; 0 where lines are missing and nothing else',
    }),
    reasons: Type.Array(Type.Enum([...REASONS])),
    reason_counts: Type.Object(reasonCounts, { additionalProperties: false }),
    worst_score: Type.Number({ minimum: 0, maximum: 1 }),
    worst_level: Type.Enum([...LEVELS]),
    fingerprint: Type.String({ description: 'Of its first anomaly' }),
    templates: Type.Array(
      Type.Object(
        { fingerprint: Type.String(), service: Type.String(), template: Type.String(), count: Count },
        { additionalProperties: false },
      ),
      { description: 'In order of appearance, at most 50' },
    ),
    other_templates_count: Type.Integer({ description: 'Anomalies of templates beyond those' }),
    samples: Type.Array(
      Type.Object(
        {
          timestamp: Time,
          service: Type.String(),
          level: Type.Enum([...LEVELS]),
          message: Type.String(),
          fingerprint: Type.String(),
        },
        { additionalProperties: false },
      ),
      { description: 'At most 10' },
    ),
    trace_ids: Type.Array(Type.String(), { description: 'At most 10' }),
  },
  { $id: 'Incident', title: 'Incident', additionalProperties: false },
);

const Service = Type.String({ minLength: 1, maxLength: 1024, description: 'Only incidents that have this service' });
const Reason = Type.Enum([...REASONS], { description: 'Only incidents that have this reason' });
const MinScore = Type.Number({ minimum: 0, maximum: 1, description: 'Only worst scores from here up' });

export const IncidentsQuerySchema = Type.Object(
  {
    state: Type.Optional(Type.Enum([...INCIDENT_STATES])),
    service: Type.Optional(Service),
    reason: Type.Optional(Reason),
    min_score: Type.Optional(MinScore),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);

export const IncidentStreamQuerySchema = Type.Object(
  {
    since: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'Id of the last event already seen, or a time' }),
    ),
    service: Type.Optional(Service),
    reason: Type.Optional(Reason),
    min_score: Type.Optional(MinScore),
    kind: Type.Optional(Type.Enum([...INCIDENT_EVENTS], { description: 'Only what happened so' })),
  },
  { additionalProperties: false },
);

export const IncidentsAnswerSchema = Type.Object(
  {
    incident_count: Type.Integer({ description: 'Those listed' }),
    open_count: Type.Integer({ description: 'Open now, listed or not' }),
    incidents: Type.Array(reference(IncidentSchema), { description: 'The latest to begin first' }),
  },
  { additionalProperties: false },
);
