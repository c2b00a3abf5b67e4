import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';

/** What each folder of `src` may import beside itself: folders, only types of a folder, or the one file that is a contract. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  mine: ['domain'],
  score: ['domain', 'mine'],
  cluster: ['domain'],
  decode: ['domain'],
  incident: ['domain'],
  security: [],
  receive: ['domain', 'decode', 'security'],
  outgoing: [],
  sources: ['domain', 'outgoing', 'security/kernel-folders.ts'],
  analyse: ['domain', 'mine', 'cluster', 'sources'],
  live: ['domain', 'decode', 'mine', 'score', 'incident (types)', 'receive (types)', 'receive/export-error.ts'],
  serve: [
    'domain',
    'config (types)',
    'security (types)',
    'security/http1-bodies.ts',
    'security/http1-pipelines.ts',
    'sources (types)',
    'sources/catalogue.ts',
  ],
  watch: ['domain', 'security', 'serve (types)', 'serve/turns.ts'],
  store: ['domain', 'security/kernel-folders.ts', 'live (types)'],
  sinks: ['domain', 'outgoing'],
  telemetry: ['domain', 'live (types)', 'store (types)'],
  config: ['domain', 'security (types)', 'sources (types)', 'sources/catalogue.ts', 'sources/http/host-entry.ts'],
  demo: ['domain'],
  cli: [
    'domain',
    'decode',
    'mine',
    'score',
    'incident',
    'outgoing',
    'sources',
    'sinks/check-config.ts',
    'security/tls-material.ts',
    'store/data-folder.ts',
    'analyse',
    'config',
  ],
  dashboard: ['domain', 'outgoing/sse-parser.ts', 'serve (types)'],
  engine: ['domain', 'analyse', 'live', 'serve', 'sinks (types)', 'sources'],
  app: [
    'domain',
    'score',
    'incident',
    'security',
    'receive',
    'sources',
    'analyse',
    'live',
    'store',
    'sinks',
    'serve',
    'watch',
    'telemetry',
    'config',
    'engine',
  ],
};

/** Algorithms: no node: module, no package, no clock, no randomness. */
const PURE = new Set(['domain', 'mine', 'score', 'cluster', 'decode', 'incident']);
const IMPURE = /\b(Date\.now|new Date\(\)|Math\.random|performance\.|process\.|crypto\.|setTimeout\(|setInterval\()/;

/** Processes: they hand the environment to config. */
const ENTRIES = new Set(['halfspace.ts']);

interface Import {
  specifier: string;
  typeOnly: boolean;
}

/** Sentences, one a breach of the dependency rule in the tree under `src`; files at its top may import everything. */
export function dependencyViolations(src: string): string[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const graph = new Map<string, string[]>();
  const violations: string[] = [];
  for (const file of files.toSorted()) {
    const code = withoutComments(readFileSync(join(src, file), 'utf8'));
    const imports = importsOf(code);
    const local = imports.filter(({ specifier }) => specifier.startsWith('.'));
    graph.set(
      file,
      // Types are gone at run time: two files may name each other's.
      local.filter(({ typeOnly }) => !typeOnly).map(({ specifier }) => normalize(join(dirname(file), specifier))),
    );
    violations.push(...imports.flatMap((one) => judgeImport(file, one)));
    const folder = folderOf(file);
    if (PURE.has(folder)) {
      const match = IMPURE.exec(code);
      if (match !== null) violations.push(`${file}: ${folder} is pure, it must not use ${match[1]}`);
    }
    if (folder !== 'config' && !ENTRIES.has(file) && code.includes('process.env')) {
      violations.push(`${file}: only config reads the environment (halfspace.ts hands it over)`);
    }
  }
  return [...violations, ...cycles(graph)];
}

function judgeImport(file: string, { specifier, typeOnly }: Import): string[] {
  const folder = folderOf(file);
  if (!specifier.startsWith('.')) {
    return PURE.has(folder) ? [`${file}: ${folder} is pure, it must not import ${specifier}`] : [];
  }
  const path = normalize(join(dirname(file), specifier));
  const target = folderOf(path);
  if (target === folder || folder === '') return [];
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) return [`${file}: folder ${folder} is not in the dependency rule`];
  if (allowed.includes(target) || allowed.includes(path) || (typeOnly && allowed.includes(`${target} (types)`)))
    return [];
  return [`${file}: ${folder} must not import ${typeOnly ? 'types of ' : ''}${target || 'the top'} (${specifier})`];
}

/** Static, re-exporting and dynamic imports. A worker's entry, named by `new URL`, is not one: it is another program. */
function importsOf(code: string): Import[] {
  const statements = /^\s*(?:import|export)\s(type\s)?[^'";]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'/gm;
  const expressions = /\bimport\(\s*'([^']+)'\s*\)/g;
  return [
    ...Array.from(code.matchAll(statements), (m) => ({ specifier: m[2] ?? m[3] ?? '', typeOnly: m[1] !== undefined })),
    ...Array.from(code.matchAll(expressions), (m) => ({ specifier: m[1] ?? '', typeOnly: false })),
  ];
}

function cycles(graph: ReadonlyMap<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`cycle: ${[...path.slice(start), file].join(' -> ')}`);
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** The folder directly under `src`; '' for a file at its top. */
function folderOf(file: string): string {
  const parts = relative('.', file).split(sep);
  return parts.length > 1 ? (parts[0] ?? '') : '';
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
