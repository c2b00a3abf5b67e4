import { describe, expect, it } from 'vitest';
import { TimestampReader } from '../../../src/sources/record/timestamp-reader.ts';
import { eventRow, foundErrorRow, issueRow, logRow } from '../../../src/sources/sentry/sentry-rows.ts';
import type { Fields } from '../../../src/sources/sentry/sentry-rows.ts';

const reader = new TimestampReader(Date.UTC(2026, 11));
const MS = 1_795_161_600_007;

describe('a row of Sentry', () => {
  it('has the level of its tag, and neither culprit nor server name for a service', () => {
    const tags = [
      { key: 'level', value: 'fatal' },
      { key: 'server_name', value: 'web1.example.com' },
    ];
    const event = { eventID: 'e', title: 'x', culprit: '/books/new/', tags, dateCreated: '2026-11-20T08:00:00Z' };
    expect(eventRow(event, reader)).toMatchObject({ id: 'e', level: 5, service: undefined, message: 'x' });
  });

  it.each<[string, Fields, string]>([
    [
      'type and value of an error',
      { 'event.type': 'error', metadata: { type: 'A', value: 'b'.repeat(300) }, title: 'A: b...' },
      `A: ${'b'.repeat(300)}`,
    ],
    ['the type of an error without a value', { 'event.type': 'error', metadata: { type: 'A' }, title: 'A' }, 'A'],
    ['the title of an error that tells neither', { 'event.type': 'error', title: 'Z', message: '' }, 'Z'],
    ['the message that was sent', { 'event.type': 'default', title: 'cut...', message: 'whole' }, 'whole'],
    ['the title of an event without one', { 'event.type': 'csp', title: 'Blocked x', message: '' }, 'Blocked x'],
    ['nothing of an event that tells nothing', {}, ''],
  ])('is worded by %s', (_, event, message) => {
    expect(eventRow(event, reader).message).toBe(message);
    expect(issueRow({ ...event, type: event['event.type'] }, reader).message).toBe(message);
  });

  it.each<[unknown]>([
    [MS / 1000],
    [MS],
    [MS * 1e3],
    [MS * 1e6],
    [String(MS)],
    [`${MS}000000`],
    ['2026-11-20T08:00:00.007Z'],
    ['2026-11-20T08:00:00.007123+00:00'],
    ['2026-11-20T09:00:00.007+01:00'],
  ])('reads its time of %j', (time) => {
    expect(logRow({ timestamp_precise: time }, reader).timeMs).toBe(MS);
    expect(eventRow({ dateCreated: time }, reader).timeMs).toBe(MS);
    expect(foundErrorRow({ timestamp: time }, reader).timeMs).toBe(MS);
  });

  it('reads every millisecond of a second from its nanoseconds', () => {
    for (let ms = MS; ms < MS + 1000; ms++) {
      const parsed = JSON.parse(`{"timestamp_precise":${ms}000000}`) as Fields;
      expect(logRow(parsed, reader).timeMs).toBe(ms);
    }
  });

  it('takes the coarse time of a log without a precise one', () => {
    expect(logRow({ timestamp: '2026-11-20T08:00:00+00:00' }, reader).timeMs).toBe(MS - 7);
    expect(logRow({}, reader).timeMs).toBeNaN();
  });

  it('has the severity of a log, in words or as a number', () => {
    expect(logRow({ severity: 'warn' }, reader).level).toBe(3);
    expect(logRow({ severity: null, severity_number: 17 }, reader).level).toBe(4);
    expect(logRow({ severity: null, severity_number: null }, reader).level).toBeUndefined();
  });

  it('has the service of an attribute or a tag', () => {
    expect(logRow({ 'service.name': 'pay', service: null }, reader).service).toBe('pay');
    expect(eventRow({ tags: [{ key: 'service', value: 'pay' }] }, reader).service).toBe('pay');
  });

  it.each([[null], ['x'], [[1]], [{ tags: 'none' }], [{ tags: [null, 7] }]])(
    'does without tags that are %j',
    (tags) => {
      expect(eventRow({ tags, title: 'x' }, reader)).toMatchObject({ level: undefined, service: undefined });
    },
  );
});
