import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NoLogs, templatesSection } from './templates.ts';

test('without the labelled lines it says where they are to be had, and where they belong', () => {
  const folder = join(import.meta.dirname, 'no-such-folder');
  expect(() => templatesSection(folder)).toThrow(NoLogs);
  expect(() => templatesSection(folder)).toThrow(/https:\/\/github\.com\/logpai\/loghub.* into \S+no-such-folder,/);
});
