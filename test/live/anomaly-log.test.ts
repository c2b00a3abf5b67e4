import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';

function anomaly(message: string): Anomaly {
  return {
    is_anomaly: true,
    reasons: ['new_template'],
    service: 'checkout',
    template: message,
    template_id: 1,
    fingerprint: '0123456789abcdef',
    hst_score: 0.5,
    timestamp: 1,
    message,
    level: 'error',
  };
}

describe('the anomaly log', () => {
  it('numbers anomalies from 1 without gaps and puts the number into the JSON', () => {
    const log = new AnomalyLog({ entriesMax: 10, charsMax: 1e6 });
    log.append([anomaly('a'), anomaly('b')]);
    log.append([anomaly('c')]);
    expect([log.firstId, log.nextId]).toEqual([1, 4]);
    expect(log.get(3)?.anomaly.message).toBe('c');
    expect(JSON.parse(log.get(2)?.json ?? '')).toMatchObject({ id: 2, message: 'b' });
  });

  it('keeps at most its number of entries, dropping the oldest', () => {
    const log = new AnomalyLog({ entriesMax: 3, charsMax: 1e6 });
    for (let i = 1; i <= 10; i++) log.append([anomaly(`m${i}`)]);
    expect([log.firstId, log.nextId]).toEqual([8, 11]);
    expect(log.get(7)).toBeUndefined();
    expect(log.get(11)).toBeUndefined();
    expect([8, 9, 10].map((id) => log.get(id)?.anomaly.message)).toEqual(['m8', 'm9', 'm10']);
  });

  it('keeps at most its number of characters, and always the newest entry', () => {
    const log = new AnomalyLog({ entriesMax: 100, charsMax: 2000 });
    for (let i = 0; i < 20; i++) log.append([anomaly('x'.repeat(300))]);
    expect(log.nextId - log.firstId).toBeLessThanOrEqual(4);
    log.append([anomaly('y'.repeat(10_000))]);
    expect([log.firstId, log.nextId]).toEqual([21, 22]);
    log.append([anomaly('z')]);
    expect(log.get(22)?.anomaly.message).toBe('z');
  });

  it('wakes readers once for all that came in one turn', async () => {
    const log = new AnomalyLog({ entriesMax: 10, charsMax: 1e6 });
    let calls = 0;
    const woken = new Promise<void>((resolve) => {
      const stop = log.onAppend(() => {
        calls++;
        stop();
        resolve();
      });
    });
    log.append([anomaly('a')]);
    log.append([anomaly('b')]);
    await woken;
    expect(calls).toBe(1);
    expect(log.nextId).toBe(3);
  });
});
