import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';
import { startHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, httpSender, messages } from './otlp-client.ts';

const promtool = await usePart('promtool');
const HOSTILE = ['say "hi"', 'line\r\nbreak', 'back\\slash', '__proto__', 'other', 'a\0b', '\u{1F600}'];

test.skipIf(promtool.missing !== undefined)(
  'promtool has nothing to say against /metrics, whatever services are called; each is counted exactly',
  async () => {
    const halfspace = await startHalfspace({ METRICS_SERVICES_MAX: '8' });
    try {
      const day = (service: string, count: number) =>
        encodeLogs({ service, messages: messages(count, (i) => `order ${i} placed`), timeMs: Date.now() - 20_000 });
      await grpcSender(halfspace).send(day('shop', 300));
      for (const service of HOSTILE) await httpSender(halfspace).send(day(service, 10));
      await grpcSender(halfspace).send(
        encodeLogs({ service: 'shop', messages: ['payment lost: no route to bank'], severityNumber: ERROR }),
      );
      const page = await pageWith(`${halfspace.addresses.rest}/metrics`, 'halfspace_service_log_records_total', 371);
      expect(page).toContain('halfspace_service_log_records_total{service="shop"} 301');
      expect(page).toContain('halfspace_service_log_records_total{service="other"} 10');
      expect(page).toContain(String.raw`halfspace_service_log_records_total{service="say \"hi\""} 10`);
      expect(page).toMatch(/^halfspace_service_anomalies_total\{service="shop"\} [1-9]/m);
      expect(page).toMatch(/^halfspace_export_request_seconds_count\{transport="http"\} 7$/m);
      expect(page).toMatch(/^halfspace_shard_busy_seconds_total\{shard="shard-0"\} 0\.\d/m);
      const lag = /^halfspace_event_time_lag_seconds (\S+)$/m.exec(page)?.[1];
      // The last line came without a time: it is of when it came.
      expect(Number(lag)).toBeLessThan(15);
      expect(await runCommand(promtool.path!, ['check', 'metrics'], { input: page })).toBe('');
    } finally {
      await halfspace.stop();
    }
  },
  60_000,
);

test.skipIf(promtool.missing !== undefined)('what is wrong in a page is found: the check can fail', async () => {
  await expect(runCommand(promtool.path!, ['check', 'metrics'], { input: '# TYPE a counter\na 1\n' })).rejects.toThrow(
    'counter metrics should have',
  );
});

test('each metric there is stands in docs/operate.md, and each that stands there is one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  const halfspace = await startHalfspace({ DATA_DIR: folder });
  try {
    const page = await (await fetch(`${halfspace.addresses.rest}/metrics`)).text();
    const names = Array.from(page.matchAll(/^# TYPE (\S+) /gm), ([, name]) => name!);
    const operate = await readFile(new URL('../../docs/operate.md', import.meta.url), 'utf8');
    const rows = operate
      .slice(operate.indexOf('## Metrics'))
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) => row.split(' | ')[0]!.match(/[a-z0-9_]+/g) ?? []);
    expect(told.toSorted()).toEqual(names.toSorted());
    const elsewhere = operate.match(/`(halfspace|process|nodejs)_[a-z0-9_]+`/g) ?? [];
    expect(elsewhere.filter((name) => !names.includes(name.slice(1, -1)))).toEqual([]);
  } finally {
    await halfspace.stop();
    await rm(folder, { recursive: true });
  }
}, 60_000);

/** The page once the samples of a metric come to `sum`: services are counted every five seconds. */
async function pageWith(address: string, name: string, sum: number): Promise<string> {
  for (;;) {
    const page = await (await fetch(address)).text();
    const samples = page.split('\n').filter((line) => line.startsWith(`${name}{`));
    const values = samples.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
    if (values.reduce((total, value) => total + value, 0) === sum) return page;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
