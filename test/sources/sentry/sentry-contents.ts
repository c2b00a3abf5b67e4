import type { LogRow } from '../../../src/domain/row.ts';

/** A row as an error event of a project, as the API's description has them. */
export function eventOf({ timestamp, message, level, service }: LogRow, id: string) {
  return {
    timeMs: timestamp,
    event: {
      id,
      'event.type': 'default',
      groupID: '1889724436',
      eventID: id,
      projectID: '49271',
      message,
      title: message,
      location: null,
      culprit: '/books/new/',
      user: null,
      tags: [
        { key: 'level', value: level === 'warn' ? 'warning' : level },
        { key: 'server_name', value: 'web1.example.com' },
        { key: 'service', value: service },
      ],
      platform: 'python',
      dateCreated: new Date(timestamp).toISOString(),
      crashFile: null,
      metadata: { title: message },
    },
  };
}

/** A row as a log. Its precise time is nanoseconds, as a number that does not hold them all. */
export function logOf({ timestamp, message, level, service }: LogRow, id: string) {
  return {
    timeMs: timestamp,
    log: {
      id,
      timestamp: `${new Date(timestamp).toISOString().slice(0, 19)}+00:00`,
      timestamp_precise: timestamp * 1e6,
      message,
      severity: level,
      severity_number: 9,
      'service.name': service,
    },
  };
}
