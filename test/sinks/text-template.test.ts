import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesPattern } from '../../src/sinks/name-pattern.ts';
import { incidentValues, oneLine } from '../../src/sinks/placeholder-values.ts';
import { isAtLeast, severityOf, severityOfAnomaly } from '../../src/sinks/severity.ts';
import { parseTemplate, renderTemplate, withoutScore } from '../../src/sinks/text-template.ts';
import type { TextTemplate } from '../../src/sinks/text-template.ts';
import { anomaly, incident } from './samples.ts';

function render(text: string, of = incident(), escape = (one: string) => one): string {
  const parsed = parseTemplate(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return renderTemplate(parsed.template, incidentValues({ kind: 'opened', severity: 'error' }, of), escape);
}

describe('text templates', () => {
  test('fill in what is known of an incident', () => {
    expect(render('{{service}}: {{reasons}} ({{ severity }})')).toBe('payments: burst of errors (error)');
    expect(render('{{count}} in {{duration}} since {{first_seen}}')).toBe('1,234 in 90 s since 2026-03-01T12:00:00Z');
    expect(render('{{sample}} | {{template}}')).toBe('connection to db-1 refused | connection to <*> refused');
  });

  test('say how many names are not shown', () => {
    const services = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(render('{{services}}', incident({ services }))).toBe('a, b, c, d, e and 2 more');
  });

  test('escape values alone, never the words of the template', () => {
    const of = incident({ service: '<!channel>' });
    expect(render('<b>{{service}}</b>', of, (one) => one.replaceAll('<', '&lt;'))).toBe('<b>&lt;!channel></b>');
  });

  test('a value that looks like a placeholder stays as it is', () => {
    expect(render('{{service}}', incident({ service: '{{count}}' }))).toBe('{{count}}');
  });

  test.each([
    ['level {{level}}, score {{score}}: {{sample}}', 'level {{level}}: {{sample}}'],
    ['level {{level}}, score {{score}}', 'level {{level}}'],
    ['{{score}} of {{service}}, score {{level}}', '{{score}} of {{service}}, score {{level}}'],
  ])('without a score: %s', (text, without) => {
    const of = (one: string) => (parseTemplate(one) as { template: TextTemplate }).template;
    const values = incidentValues({ kind: 'opened', severity: 'error' }, incident());
    const rendered = renderTemplate(withoutScore(of(text)), values, (one) => one);
    expect(rendered).toBe(renderTemplate(of(without), values, (one) => one));
  });

  test.each([
    ['{{nothing}}', /not \{\{nothing\}\}: event, severity/],
    ['{{}}', /not \{\{\}\}/],
    ['{{constructor}}', /not \{\{constructor\}\}/],
    ['{{service', /close every/],
    ['service}}', /close every/],
  ])('%s is refused with a sentence', (text, sentence) => {
    expect(parseTemplate(text)).toEqual({ problem: expect.stringMatching(sentence) as string });
  });

  test('what comes from logs stays on one line, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (text, max) => {
        const line = oneLine(text, max);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\r\n\p{Cc}]/u);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('severity', () => {
  test('goes by the worst level, and rises when many services are in it', () => {
    expect(severityOf(incident({ worst_level: 'warn' }))).toBe('warning');
    expect(severityOf(incident())).toBe('error');
    expect(severityOf(incident({ services: ['a', 'b', 'c'] }))).toBe('critical');
    expect(severityOf(incident({ worst_level: 'fatal', services: ['a', 'b', 'c'] }))).toBe('critical');
    expect(severityOf(incident({ worst_level: 'info', reasons: ['rate_drop'] }))).toBe('warning');
  });

  test('what is only watched is info', () => {
    expect(severityOfAnomaly(anomaly({ level: 'info', reasons: ['watched'] }))).toBe('info');
    expect(severityOfAnomaly(anomaly({ level: 'error', reasons: ['watched'] }))).toBe('error');
  });

  test('has an order', () => {
    expect(isAtLeast('critical', 'error')).toBe(true);
    expect(isAtLeast('warning', 'error')).toBe(false);
  });
});

describe('name patterns', () => {
  test.each([
    ['payments', 'payments', true],
    ['pay*', 'payments', true],
    ['*ments', 'payments', true],
    ['p*y*s', 'payments', true],
    ['pay?ents', 'payments', true],
    ['*', '', true],
    ['pay', 'payments', false],
    ['pay?', 'pay', false],
    ['a.c', 'abc', false],
    ['*b', 'abc', false],
  ])('%s and %s: %s', (pattern, name, matches) => {
    expect(matchesPattern(pattern, name)).toBe(matches);
  });

  test('agree with regular expressions', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(letters, name, (pattern, text) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  test('do not hang on a pattern made for it', () => {
    expect(matchesPattern(`${'*a'.repeat(30)}b`, 'a'.repeat(10_000))).toBe(false);
  });
});
