import { describe, expect, test } from 'vitest';
import type { AlertEventKind } from '../../../src/sinks/alert-event.ts';
import type { Severity } from '../../../src/sinks/severity.ts';
import { DeliveryQueue, pendingOf } from '../../../src/sinks/delivery/delivery-queue.ts';
import type { DeliveryQueueOptions, Pending } from '../../../src/sinks/delivery/delivery-queue.ts';
import { TokenBucket } from '../../../src/sinks/delivery/token-bucket.ts';
import { anomaly, incident } from '../samples.ts';

const BYTES = 100;

function queue(over: Partial<DeliveryQueueOptions> = {}): DeliveryQueue {
  return new DeliveryQueue({
    entriesMax: 100,
    bytesMax: 100 * BYTES,
    updateIntervalMs: 1000,
    joinsAnomalies: true,
    ...over,
  });
}

let serial = 0;
function alert(kind: AlertEventKind, of = 'a', createdMs = 0, severity: Severity = 'error'): Pending {
  const about = kind === 'anomaly' ? { anomaly: anomaly({ fingerprint: of }) } : { incident: incident({ id: of }) };
  const event = { v: 1, kind, severity, title: 't', text: '', at: 0, ...about } as const;
  return pendingOf({ id: `${of}-${kind}-${serial++}`, event }, createdMs, BYTES);
}

function kinds(pendings: readonly Pending[]): string[] {
  return pendings.map(({ alert: { event }, subject }) => `${subject.split(' ')[1]} ${event.kind}`);
}

describe('what waits for a sink', () => {
  test('leaves in order, one of a subject at a time, subjects in turn', () => {
    const waiting = queue();
    for (const one of [alert('opened', 'a'), alert('resolved', 'a'), alert('opened', 'b')]) waiting.add(one);
    const first = waiting.take(1, 0);
    expect(kinds(first)).toEqual(['a opened']);
    expect(kinds(waiting.take(1, 0))).toEqual(['b opened']);
    expect(waiting.take(1, 0)).toEqual([]);
    waiting.done(first, 0);
    expect(kinds(waiting.take(1, 0))).toEqual(['a resolved']);
  });

  test('a newer update takes the place of one that waits, and so does the resolution', () => {
    const waiting = queue();
    waiting.add(alert('opened'));
    waiting.add(alert('updated'));
    expect(kinds(waiting.add(alert('updated')).superseded)).toEqual(['a updated']);
    expect(waiting.count).toBe(2);
    expect(kinds(waiting.add(alert('resolved')).superseded)).toEqual(['a updated']);
    expect(kinds(waiting.take(9, 0))).toEqual(['a opened', 'a resolved']);
  });

  test('an update waits until its interval is over, an opening and a resolution do not', () => {
    const waiting = queue();
    waiting.add(alert('opened'));
    waiting.done(waiting.take(1, 0), 0);
    waiting.add(alert('updated'));
    expect(waiting.take(1, 999)).toEqual([]);
    expect(waiting.nextReadyMs()).toBe(1000);
    expect(kinds(waiting.take(1, 1000))).toEqual(['a updated']);
    waiting.add(alert('opened', 'b'));
    expect(waiting.nextReadyMs()).toBe(0);
  });

  test('an update of something worse than was told does not wait either', () => {
    const waiting = queue();
    waiting.add(alert('opened'));
    waiting.done(waiting.take(1, 0), 0);
    waiting.add(alert('updated', 'a', 0, 'critical'));
    expect(waiting.nextReadyMs()).toBe(0);
    expect(kinds(waiting.take(1, 1))).toEqual(['a updated']);
  });

  test('what failed is tried again after the others had their turn', () => {
    const waiting = queue();
    waiting.add(alert('opened', 'a'));
    waiting.add(alert('opened', 'b'));
    waiting.putBack(waiting.take(1, 0));
    expect(kinds(waiting.take(1, 0))).toEqual(['b opened']);
  });

  test('single anomalies of a template that wait are one, the newest, where the tool is for people', () => {
    const joined = queue();
    const kept = queue({ joinsAnomalies: false });
    for (let i = 0; i < 5; i++) {
      joined.add(alert('anomaly'));
      kept.add(alert('anomaly'));
    }
    expect([joined.count, kept.count]).toEqual([1, 5]);
    expect(kept.take(512, 0)).toHaveLength(5);
  });

  test('at the bound of entries updates and anomalies go first, the oldest of them, then the oldest', () => {
    const waiting = queue({ entriesMax: 3 });
    waiting.add(alert('opened', 'a'));
    waiting.add(alert('opened', 'b'));
    waiting.add(alert('updated', 'b'));
    expect(kinds(waiting.add(alert('opened', 'c')).dropped)).toEqual(['b updated']);
    expect(kinds(waiting.add(alert('opened', 'd')).dropped)).toEqual(['a opened']);
    expect(waiting.count).toBe(3);
  });

  test('at the bound of bytes likewise', () => {
    const waiting = queue({ bytesMax: 2 * BYTES });
    waiting.add(alert('opened', 'a'));
    waiting.add(alert('opened', 'b'));
    expect(kinds(waiting.add(alert('opened', 'c')).dropped)).toEqual(['a opened']);
    expect(waiting.bytes).toBe(2 * BYTES);
  });

  test('what is too old is taken out, whatever waits before it', () => {
    const waiting = queue();
    waiting.add(alert('opened', 'a', 0));
    waiting.add(alert('opened', 'b', 50));
    expect(kinds(waiting.expire(50))).toEqual(['a opened']);
    expect([waiting.count, waiting.bytes]).toEqual([1, BYTES]);
  });

  test('one that is to go alone does', () => {
    const waiting = queue();
    for (const of of ['a', 'b', 'c']) waiting.add(alert('opened', of));
    waiting.putBack(waiting.take(9, 0).map((one) => ({ ...one, isAlone: true })));
    expect([waiting.take(9, 0).length, waiting.take(9, 0).length]).toEqual([1, 1]);
  });

  test('twenty thousand incidents that were told leave nothing behind but when the latest were', () => {
    const waiting = queue({ updateIntervalMs: 1e9 });
    for (let i = 0; i < 20_000; i++) {
      waiting.add(alert('opened', `i${i}`));
      waiting.done(waiting.take(1, i), i);
    }
    expect([waiting.count, waiting.bytes, waiting.nextReadyMs(), waiting.subjects]).toEqual([0, 0, undefined, 2000]);
    waiting.add(alert('updated', 'i19999'));
    expect(waiting.take(1, 40_000)).toEqual([]);
  });
});

test('a bucket gives a burst, and then so many a minute', () => {
  const bucket = new TokenBucket({ perMinute: 60, burst: 2, nowMs: 0 });
  for (let i = 0; i < 2; i++) {
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(0);
  }
  expect(bucket.waitMs(0)).toBe(1000);
  expect(bucket.waitMs(1000)).toBe(0);
  expect(bucket.waitMs(-5000)).toBe(0);
});
