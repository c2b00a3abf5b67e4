import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/sources/catalogue.ts';

const docs = new URL('../../docs/', import.meta.url);
const stores = CATALOGUE.filter(({ name }) => name !== 'file' && name !== 'otlp');

describe.each(stores)('the page of $name', ({ name, options }) => {
  const page = readFileSync(new URL(`sources/${name}.md`, docs), 'utf8');

  test('names every setting by its variable and by its key', () => {
    const missing = options.filter(
      ({ key, variable }) => !page.includes(`\`${variable}\``) || !page.includes(`\`${key}\``),
    );
    expect(missing.map(({ variable }) => variable)).toEqual([]);
  });

  test('says which permissions are needed', () => {
    expect(page).toMatch(/^(## Permissions|\*\*Permissions\.\*\*)/m);
  });

  test('has an example of settings that there are, with all that are required, and of its call', () => {
    const example = page.slice(0, page.indexOf('curl'));
    const set = [...example.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]+)=/g)].map(([, variable]) => variable);
    const variables = new Set<string | undefined>(options.map(({ variable }) => variable));
    expect(set.filter((variable) => !variables.has(variable))).toEqual([]);
    const required = options.filter(({ required: isRequired }) => isRequired === true);
    expect(required.filter(({ variable }) => !set.includes(variable))).toEqual([]);
    expect(page).toMatch(new RegExp(`curl '(http://)?localhost:9020/clusters\\?source=${name}&window=\\d+h'`));
  });
});

test('the lists of sources lead to every page', () => {
  const list = readFileSync(new URL('sources.md', docs), 'utf8');
  const readme = readFileSync(new URL('../README.md', docs), 'utf8');
  const pages = stores.map(({ name }) => `sources/${name}.md`);
  expect(pages.filter((page) => !list.includes(`(${page})`) || !readme.includes(`(docs/${page})`))).toEqual([]);
});
