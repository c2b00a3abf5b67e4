import { describe, expect, it } from 'vitest';
import { LEVELS } from '../../../src/domain/level.ts';
import { TimestampReader } from '../../../src/sources/record/timestamp-reader.ts';
import { resultRow } from '../../../src/sources/splunk/result-row.ts';
import type { Result } from '../../../src/sources/splunk/result-row.ts';

function row(result: Result) {
  const { message, level, service } = resultRow(result, new TimestampReader(0));
  return { message, level: level === undefined ? undefined : LEVELS[level], service };
}

describe('the row of a result', () => {
  it('is its raw text, with the level and service of its fields', () => {
    const result = { _raw: 'disk is full\n', level: 'WARNING', service: 'stock', sourcetype: 'app', host: 'web1' };
    expect(row(result)).toEqual({ message: 'disk is full', level: 'warn', service: 'stock' });
  });

  it('is what a JSON text says', () => {
    const _raw = '{"msg":"disk is full","level":50,"app":"stock","n":{"deep":[1]}}';
    expect(row({ _raw, sourcetype: '_json' })).toEqual({ message: 'disk is full', level: 'error', service: 'stock' });
  });

  it('keeps a text as it is that only looks like JSON', () => {
    expect(row({ _raw: '{not json', sourcetype: 'app' }).message).toBe('{not json');
  });

  it('sorts the keys of a JSON text without a message', () => {
    expect(row({ _raw: '{"b":1,"a":{"d":2,"c":3}}' }).message).toBe('{"a":{"c":3,"d":2},"b":1}');
  });

  it("reads what the Collector's exporter writes", () => {
    const result = { _raw: 'x', 'otel.log.severity.number': '17', 'service.name': 'pay', sourcetype: 'otel' };
    expect(row(result)).toEqual({ message: 'x', level: 'error', service: 'pay' });
  });

  it('takes the first of several values', () => {
    expect(row({ _raw: 'x', level: ['error', 'info'], service: ['a', 'b'] })).toMatchObject({
      level: 'error',
      service: 'a',
    });
  });

  it('leaves a level out that is not told, or none', () => {
    expect(row({ _raw: 'x' }).level).toBeUndefined();
    expect(row({ _raw: 'x', level: 'gold', severity: 'low' }).level).toBeUndefined();
  });

  it.each<[Result, string | undefined]>([
    [{ sourcetype: 'nginx', source: '/a', host: 'web1' }, 'nginx'],
    [{ sourcetype: 'httpevent', source: 'http:shop', host: 'web1' }, 'http:shop'],
    [{ sourcetype: 'access-too_small', source: '/a/access.log' }, '/a/access.log'],
    [{ sourcetype: 'syslog', host: 'fw1' }, 'fw1'],
    [{ sourcetype: 'syslog' }, 'syslog'],
    [{ 'k8s.container.name': 'cart', sourcetype: 'nginx' }, 'cart'],
    [{}, undefined],
  ])('names the service of %j', (fields, service) => {
    expect(row({ _raw: 'x', ...fields }).service).toBe(service);
  });

  it('is what statistics say, where there is no raw text', () => {
    expect(row({ host: 'web1', count: '3', _time: '1', halfspace_time: '1' }).message).toBe(
      '{"count":"3","host":"web1"}',
    );
  });
});
