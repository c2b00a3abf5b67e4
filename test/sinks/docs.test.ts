import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AlertsFileError } from '../../src/sinks/alerts-file/alerts-file-error.ts';
import { parseAlerts } from '../../src/sinks/alerts-file/load-alerts.ts';
import { PLACEHOLDERS } from '../../src/sinks/text-template.ts';

const KEY = 'R0123456789abcdef0123456789abcde';
const VARIABLES: Readonly<Record<string, string>> = {
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/x',
  PAGERDUTY_KEY: KEY,
  WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  WEBHOOK_TOKEN: 'token-1234',
  COLLECTOR_TOKEN: 'token-5678',
};

function pageOf(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
}

/** Fences of YAML that describe sinks; those that show one sink alone are put under `sinks`. */
function examplesOf(page: string): string[] {
  return Array.from(page.matchAll(/```yaml\n([\s\S]*?)```/g), ([, text = '']) => text)
    .filter((text) => /^ +type: |sinks:/m.test(text))
    .map((text) => (text.includes('sinks:') ? text : `sinks:\n${text.replaceAll(/^/gm, '  ')}`));
}

/** Problems of an example, beside those about files that only its reader has. */
function problemsOf(text: string): string[] {
  try {
    parseAlerts(text, { file: 'example.yaml', variable: (name) => VARIABLES[name] });
    return [];
  } catch (error) {
    if (!(error instanceof AlertsFileError)) throw error;
    return error.problems.filter((problem) => !problem.endsWith('must name a file that can be read (ENOENT)'));
  }
}

test.each([
  ['README.md', 1],
  ['docs/alerts.md', 7],
])('the alerts files of %s are right', (name, count) => {
  const examples = examplesOf(pageOf(name));
  expect(examples).toHaveLength(count);
  expect(examples.flatMap(problemsOf)).toEqual([]);
});

test('every placeholder is documented, and none that there is not', () => {
  const named = Array.from(pageOf('docs/alerts.md').matchAll(/`\{\{(\w+)\}\}`/g), ([, name]) => name);
  expect(new Set(named)).toEqual(new Set(PLACEHOLDERS));
});
