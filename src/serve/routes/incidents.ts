import { Type } from '@fastify/type-provider-typebox';
import type { Incident, IncidentChange } from '../../domain/incident.ts';
import type { Reason } from '../../domain/anomaly.ts';
import type { IncidentFeed } from '../engine.ts';
import type { EventStream } from '../event-stream.ts';
import { openStream } from '../open-stream.ts';
import { Problem } from '../problem.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import {
  IncidentsAnswerSchema,
  IncidentSchema,
  IncidentsQuerySchema,
  IncidentStreamQuerySchema,
} from '../schemas/incident.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { reference } from '../schemas/reference.ts';
import { textAnswer } from './health.ts';

const INCIDENTS_LISTED = 100;
const tags = ['incidents'];

export function addIncidentRoutes(app: RestApp, feed: IncidentFeed, stream: EventStream): void {
  app.route({
    method: 'GET',
    url: '/incidents',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'Incidents: anomalies that belong together',
      querystring: IncidentsQuerySchema,
      response: responses(IncidentsAnswerSchema, 400),
    },
    handler: async ({ query: { state, limit = INCIDENTS_LISTED, ...filter } }) => {
      const all = feed.list();
      const wanted = all.filter((one) => (state === undefined || one.state === state) && matches(one, filter));
      const incidents = wanted.slice(0, limit);
      const openCount = all.filter((one) => one.state === 'open').length;
      return { incident_count: incidents.length, open_count: openCount, incidents };
    },
  });
  app.route({
    method: 'GET',
    url: '/incidents/:id',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'One incident, as it stands',
      params: Type.Object({ id: Type.String({ description: 'As told by /incidents and its stream' }) }),
      querystring: NoQuerySchema,
      response: responses(reference(IncidentSchema), 404),
    },
    handler: async ({ params: { id } }) => {
      const found = feed.find(id);
      if (found !== undefined) return found;
      throw new Problem(404, 'not_found', `there is no incident ${JSON.stringify(id.slice(0, 40))}, or none any more`);
    },
  });
  app.route({
    method: 'GET',
    url: '/incidents/stream',
    config: { produces: 'text/event-stream' },
    exposeHeadRoute: false,
    schema: {
      tags,
      summary: 'What happens to incidents, as server-sent events, resumable by Last-Event-ID',
      description:
        'Events: `incident` (data: id of the event, kind opened, updated or resolved, and the incident as of then), `gap` ' +
        'and `dropped` as for /anomalies/stream.',
      querystring: IncidentStreamQuerySchema,
      response: responses(textAnswer('text/event-stream'), 400, 503),
    },
    handler: (request, reply) => {
      const { since, kind, ...filter } = request.query;
      openStream(request, reply, stream, {
        feed,
        event: 'incident',
        filterKey: JSON.stringify([kind, filter.service, filter.reason, filter.min_score]),
        wants: ({ change }) => (kind === undefined || change.kind === kind) && matches(change.incident, filter),
        since,
        timeOf: ({ change }) => timeOfChange(change),
      });
    },
  });
}

interface IncidentFilter {
  service?: string;
  reason?: Reason;
  min_score?: number;
}

function matches(incident: Incident, { service, reason, min_score: minScore }: IncidentFilter): boolean {
  if (service !== undefined && !incident.services.includes(service)) return false;
  if (reason !== undefined && !incident.reasons.includes(reason)) return false;
  return minScore === undefined || incident.worst_score >= minScore;
}

function timeOfChange({ kind, incident }: IncidentChange): number {
  if (kind === 'opened') return incident.first_seen;
  return incident.resolved_at ?? incident.last_seen;
}
