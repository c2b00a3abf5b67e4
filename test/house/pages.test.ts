import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { FILE_SUFFIX } from '../../src/config/secret-files.ts';
import { settingEntries } from '../../src/config/settings.ts';
import { SOURCE_SETTINGS } from '../../src/config/source-settings.ts';

const root = new URL('../../', import.meta.url);
const pageOf = (path: string) => readFileSync(new URL(path, root), 'utf8');
const PAGES = readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`)
  .concat('README.md', 'deploy/helm/halfspace/README.md');

/** Written like settings, and none of ours: codes of gRPC, variables of other programs, any secret's name. */
const OTHERS: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'NODE_EXTRA_CA_CERTS',
  'AWS_REGION',
  'NO_COLOR',
  'FORCE_COLOR',
  'NAME_FILE',
]);

interface Rules {
  groups: { rules: { alert: string }[] }[];
}

test('each alert has its section in docs/operate.md, and no section is of an alert that there is not', () => {
  const { groups } = parse(pageOf('deploy/prometheus/rules.yaml')) as Rules;
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  const sections = Array.from(pageOf('docs/operate.md').matchAll(/^### (Halfspace\w+)$/gm), ([, name]) => name!);
  expect(sections.toSorted()).toEqual(alerts.toSorted());
});

test('every link within a page, and to another page, leads somewhere', () => {
  const broken = PAGES.flatMap((page) =>
    Array.from(pageOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link!)
      .filter((link) => !/^(https?|mailto):/.test(link) && !leadsSomewhere(page, link))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('every setting that a page names exists', () => {
  const settings = [...settingEntries()].flatMap(([name, schema]) =>
    schema.secret === true ? [name, `${name}${FILE_SUFFIX}`] : [name],
  );
  const sources = [...SOURCE_SETTINGS.values()]
    .flat()
    .flatMap(({ variable, secret }) => (secret === true ? [variable, `${variable}${FILE_SUFFIX}`] : [variable]));
  const known = new Set<string>([...settings, ...sources]);
  const named = PAGES.flatMap((page) =>
    Array.from(pageOf(page).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g), ([, name]) => name!),
  );
  expect(named.length).toBeGreaterThan(100);
  expect([...new Set(named)].filter((name) => !known.has(name) && !OTHERS.has(name))).toEqual([]);
});

/** A file there is, and where a heading is meant one of its headings as GitHub writes them. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? new URL(page, root) : new URL(path, new URL(page, root));
  if (!existsSync(target)) return false;
  return heading === undefined || headingsOf(readFileSync(target, 'utf8')).has(heading);
}

function headingsOf(text: string): Set<string> {
  return new Set(
    Array.from(text.matchAll(/^#+ (.+)$/gm), ([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
