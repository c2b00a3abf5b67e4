import { expect, test } from 'vitest';
import { hrefOf, readPlace } from '../../src/dashboard/router.ts';

test('an address says the view and what it shows, and is read again as it was written', () => {
  const query = { source: 'file', start: '2026-11-22T20:00:00.000Z', text: 'a b&c=<d>#/"é' };
  expect(readPlace(hrefOf('map', query))).toEqual({ view: 'map', query });
  expect(hrefOf('map', { source: '', window: undefined })).toBe('#/map');
  expect(readPlace('')).toEqual({ view: '', query: {} });
  expect(readPlace('#/live?')).toEqual({ view: 'live', query: {} });
});
