import { expect, test } from 'vitest';
import { LEVELS } from '../../../src/domain/level.ts';
import { labelFacts, widestLabel } from '../../../src/sources/loki/loki-labels.ts';

test.each<[string | undefined, Record<string, string>]>([
  ['shop', { service_name: 'shop', app: 'other', job: 'third' }],
  ['web', { service_name: 'unknown_service', app: 'web' }],
  ['web', { service_name: '', app: 'web' }],
  ['api', { job: 'monitoring/api', container: 'api' }],
  ['monitoring/api', { job: 'monitoring/api', pod: 'api-1' }],
  ['nginx.service', { unit: 'nginx.service', host: 'a' }],
  [undefined, { pod: 'api-1' }],
  [undefined, { service_name: 'unknown_service' }],
])('the service is %s where the labels are %o', (service, labels) => {
  expect(labelFacts(labels).service).toBe(service);
});

test.each<[string | undefined, Record<string, string>]>([
  ['warn', { level: 'WARNING' }],
  ['error', { Level: 'ERR' }],
  ['error', { level: 'error', Level: 'info', severity: 'debug' }],
  ['error', { level: 'unknown', severity: 'err' }],
  ['fatal', { SEVERITY_TEXT: 'FATAL' }],
  ['warn', { severity_number: '13' }],
  ['error', { severity_text: 'Information', severity_number: '17' }],
  ['info', { severity_text: 'Information', severity_number: '0' }],
  ['warn', { level: '40' }],
  ['error', { priority: '3' }],
  [undefined, { severity_number: '0' }],
  [undefined, { severity_number: '17.5' }],
  [undefined, { detected_level: 'error' }],
])('the level that is stated is %s where the labels are %o', (level, labels) => {
  const stated = labelFacts(labels).level;
  expect(stated === undefined ? undefined : LEVELS[stated]).toBe(level);
});

test.each([
  ['critical', 'fatal'],
  ['warn', 'warn'],
  ['unknown', undefined],
])('a level guessed as %s is %s', (detected_level, level) => {
  const guessed = labelFacts({ detected_level }).guessedLevel;
  expect(guessed === undefined ? undefined : LEVELS[guessed]).toBe(level);
});

test.each([
  [['app', 'job', 'pod'], 'job'],
  [['app', 'pod'], 'app'],
  [['env', 'zone'], 'env'],
  [['not a name', 'zone'], 'zone'],
  [[], undefined],
])('of the labels %o the widest is %s', (names, label) => {
  expect(widestLabel(names)).toBe(label);
});
