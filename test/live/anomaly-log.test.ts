import { describe, expect, it } from 'vitest';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { anomalyBatch } from './anomaly-samples.ts';

describe('the anomaly log', () => {
  it('numbers anomalies from 1 without gaps and puts the number into the JSON', () => {
    const log = new AnomalyLog({ entriesMax: 10, bytesMax: 1e6 });
    log.append(anomalyBatch('a', 'b'));
    log.append(anomalyBatch('c'));
    expect([log.firstId, log.nextId]).toEqual([1, 4]);
    expect(log.get(3)?.anomaly.message).toBe('c');
    expect(JSON.parse(log.get(2)?.json ?? '')).toMatchObject({ id: 2, message: 'b' });
  });

  it('keeps at most its number of entries, dropping the oldest', () => {
    const log = new AnomalyLog({ entriesMax: 3, bytesMax: 1e6 });
    for (let i = 1; i <= 10; i++) log.append(anomalyBatch(`m${i}`));
    expect([log.firstId, log.nextId]).toEqual([8, 11]);
    expect(log.get(7)).toBeUndefined();
    expect(log.get(11)).toBeUndefined();
    expect([8, 9, 10].map((id) => log.get(id)?.anomaly.message)).toEqual(['m8', 'm9', 'm10']);
  });

  it('shows the last entries of a batch that alone has too many', () => {
    const log = new AnomalyLog({ entriesMax: 2, bytesMax: 1e6 });
    log.append(anomalyBatch('a', 'b', 'c'));
    expect([log.firstId, log.nextId, log.get(1), log.get(2)?.anomaly.message]).toEqual([2, 4, undefined, 'b']);
  });

  it('finds every anomaly that it holds, among many batches', () => {
    const log = new AnomalyLog({ entriesMax: 500, bytesMax: 1e6 });
    for (let i = 0; i < 1000; i++) log.append(anomalyBatch(...Array.from({ length: 1 + (i % 3) }, () => `batch ${i}`)));
    const found = new Set<string>();
    for (let id = log.firstId; id < log.nextId; id++) found.add(log.get(id)!.anomaly.message);
    expect(log.nextId - log.firstId).toBe(500);
    expect([...found].at(-1)).toBe('batch 999');
    expect(found.size).toBe(251);
  });

  it('keeps at most its number of bytes, and always the newest entry', () => {
    const log = new AnomalyLog({ entriesMax: 100, bytesMax: 2000 });
    for (let i = 0; i < 20; i++) log.append(anomalyBatch('x'.repeat(300)));
    expect(log.nextId - log.firstId).toBe(5);
    log.append(anomalyBatch('y'.repeat(10_000)));
    expect([log.firstId, log.nextId]).toEqual([21, 22]);
    log.append(anomalyBatch('z'));
    expect(log.get(22)?.anomaly.message).toBe('z');
  });

  it('wakes readers once for all that came in one turn', async () => {
    const log = new AnomalyLog({ entriesMax: 10, bytesMax: 1e6 });
    let calls = 0;
    const woken = new Promise<void>((resolve) => {
      const stop = log.onAppend(() => {
        calls++;
        stop();
        resolve();
      });
    });
    log.append(anomalyBatch('a'));
    log.append(anomalyBatch('b'));
    await woken;
    expect(calls).toBe(1);
    expect(log.nextId).toBe(3);
  });
});
