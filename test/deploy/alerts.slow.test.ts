import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { startHalfspace } from '../e2e/halfspace.ts';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';

const RULES = join(rootFolder(), 'deploy/prometheus/rules.yaml');
const RULES_TEST = join(rootFolder(), 'test/deploy/rules.test.yaml');
const promtool = await usePart('promtool');

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
}
interface RulesTest {
  tests: { alert_rule_test: { alertname: string; exp_alerts?: object[] }[] }[];
}
interface Dashboard {
  panels: { title: string; gridPos: { x: number; y: number; w: number; h: number }; targets?: { expr: string }[] }[];
}

const alerts = (parse(readFileSync(RULES, 'utf8')) as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(readFileSync(join(rootFolder(), 'deploy/grafana/dashboard.json'), 'utf8')) as Dashboard;

describe.skipIf(promtool.missing !== undefined)('the alerts', () => {
  test('promtool has nothing to say against them', async () => {
    const said = await runCommand(promtool.path!, ['check', 'rules', '--lint-fatal', RULES]);
    expect(said).toContain(`${alerts.length} rules found`);
  });

  test('come when they should and stay away when they should not', async () => {
    await expect(runCommand(promtool.path!, ['test', 'rules', RULES_TEST])).resolves.toContain('SUCCESS');
  });

  test('one that never comes is found: the check can fail', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halfspace-rules-'));
    try {
      const rules = join(folder, 'rules.yaml');
      const tests = join(folder, 'test.yaml');
      await writeFile(rules, readFileSync(RULES, 'utf8').replace('> 0.05', '> 5'));
      await writeFile(tests, readFileSync(RULES_TEST, 'utf8').replace('../../deploy/prometheus/rules.yaml', rules));
      await expect(runCommand(promtool.path!, ['test', 'rules', tests])).rejects.toThrow('HalfspaceOverloaded');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test.skipIf(promtool.missing !== undefined)('each query of the dashboard is one that Prometheus reads', async () => {
  const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const rules = queries.map((expr, index) => ({ record: `panel:${index}`, expr }));
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-dashboard-'));
  try {
    const file = join(folder, 'queries.yaml');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const said = await runCommand(promtool.path!, ['check', 'rules', file]);
    expect(said).toContain(`${queries.length} rules found`);
    await writeFile(
      file,
      JSON.stringify({ groups: [{ name: 'wrong', rules: [{ record: 'a:b', expr: 'sum(rate(x)' }] }] }),
    );
    await expect(runCommand(promtool.path!, ['check', 'rules', file])).rejects.toThrow('could not parse expression');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('each alert has a case in which it comes, and says what to look at', () => {
  const cases = (parse(readFileSync(RULES_TEST, 'utf8')) as RulesTest).tests.flatMap((one) => one.alert_rule_test);
  const seen = new Set(cases.filter((one) => one.exp_alerts !== undefined).map(({ alertname }) => alertname));
  expect(alerts.map(({ alert }) => alert).filter((name) => !seen.has(name))).toEqual([]);
  for (const { annotations } of alerts) expect(Object.keys(annotations)).toEqual(['summary', 'description']);
});

test('panels of the dashboard lie side by side', () => {
  const cells = dashboard.panels.flatMap(({ title, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => [`${x + (cell % w)},${y + Math.floor(cell / w)}`, title] as const),
  );
  const taken = new Map<string, string>();
  const overlapping = cells.filter(([cell, title]) => (taken.get(cell) ?? title) !== taken.set(cell, title).get(cell));
  expect(overlapping).toEqual([]);
  expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});

describe('beside the running service', () => {
  let names: ReadonlySet<string>;
  beforeAll(async () => {
    const service = await startHalfspace();
    try {
      const page = await (await fetch(`${service.addresses.rest}/metrics`)).text();
      names = new Set(
        Array.from(page.matchAll(/^# TYPE (\S+) (\S+)$/gm)).flatMap(([, name, type]) => seriesOf(name!, type!)),
      );
    } finally {
      await service.stop();
    }
  }, 60_000);

  test('each metric of the alerts and of the dashboard is there', () => {
    const expressions = [
      ...alerts.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    const used = new Set(expressions.flatMap((one) => one.match(/\b(halfspace|process|nodejs)_[a-z0-9_]+/g) ?? []));
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter((name) => !names.has(name))).toEqual([]);
  });
});

function seriesOf(name: string, type: string): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
}
