import { availableParallelism } from 'node:os';
import { buildConfig, conflicts } from './config.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { misspellingWarning } from './misspelling.ts';
import { parseSetting } from './parse-setting.ts';
import { parseDotEnv, strayLines } from './read-dot-env.ts';
import { FILE_SUFFIX, readSecretFiles } from './secret-files.ts';
import { settingEntries } from './settings.ts';
import type { SettingSchema } from './setting-schema.ts';
import type { Settings } from './settings.ts';
import { SOURCE_SETTINGS } from './source-settings.ts';
import type { SourceValues } from './source-settings.ts';

/** Variables by name; an empty one counts as not set, which is how Compose files spell "no value". */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks every setting, the environment over the text of a `.env` file; secrets may stand in files of their own.
 *
 * Throws a `ConfigError` that lists all problems: each names the variable, its value unless it is a secret, and what is
 * allowed.
 */
export function loadConfig(env: Environment, envFileText?: string, cores: number = availableParallelism()): Config {
  const variables = mergeVariables(env, envFileText);
  const { problems, files } = readSecretFiles(variables, secretNames());
  const read = (name: string, schema: SettingSchema): unknown => {
    const text = variables.get(name);
    if (text === undefined) return structuredClone(schema.default);
    const parsed = parseSetting(name, text, schema);
    if ('value' in parsed) return parsed.value;
    problems.push(parsed.problem);
    return structuredClone(schema.default);
  };
  const entries = settingEntries().map(([name, schema]) => [name, read(name, schema)] as const);
  const settings = Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as Settings;
  const sources = readSources(read);
  // A setting that was wrong stands at its default here, and two of them together would only confuse.
  if (problems.length === 0) problems.push(...conflicts(settings));
  if (problems.length > 0) throw new ConfigError(problems);
  const warnings = [...strayWarnings(envFileText), ...findWarnings(variables)];
  const config = buildConfig(settings, cores, sources, warnings, (name) => variables.get(name));
  return { ...config, secretFiles: files };
}

function mergeVariables(env: Environment, envFileText: string | undefined): Map<string, string> {
  const merged = envFileText === undefined ? new Map<string, string>() : parseDotEnv(envFileText);
  for (const [name, value] of Object.entries(env)) if (value !== undefined) merged.set(name, value);
  for (const [name, value] of merged) {
    const trimmed = value.trim();
    if (trimmed === '') merged.delete(name);
    else merged.set(name, trimmed);
  }
  return merged;
}

function readSources(read: (name: string, schema: SettingSchema) => unknown): Map<string, SourceValues> {
  const sources = new Map<string, SourceValues>();
  for (const [source, settings] of SOURCE_SETTINGS) {
    const values = new Map<string, string>();
    for (const { key, variable, schema } of settings) {
      const value = read(variable, schema);
      if (typeof value === 'string') values.set(key, value);
    }
    sources.set(source, values);
  }
  return sources;
}

/** Variables that may stand in a file of their own. */
function secretNames(): string[] {
  const own = settingEntries().filter(([, schema]) => schema.secret === true);
  const ofSources = [...SOURCE_SETTINGS.values()].flat().filter(({ secret }) => secret === true);
  return [...own.map(([name]) => name as string), ...ofSources.map(({ variable }) => variable)];
}

/** By their numbers alone: a line that was broken by accident may be half a secret. */
function strayWarnings(envFileText: string | undefined): string[] {
  return strayLines(envFileText ?? '').map(
    (line) => `line ${line} of .env is no setting (NAME=value) and was passed over`,
  );
}

function findWarnings(variables: ReadonlyMap<string, string>): string[] {
  const known = knownVariables();
  return [...variables.keys()].flatMap((name) => misspellingOf(name, known) ?? []).toSorted();
}

function misspellingOf(name: string, known: readonly string[]): string | undefined {
  return known.includes(name) ? undefined : misspellingWarning(name, known);
}

function knownVariables(): string[] {
  const ofSources = [...SOURCE_SETTINGS.values()].flatMap((settings) => settings.map(({ variable }) => variable));
  const files = secretNames().map((name) => name + FILE_SUFFIX);
  return [...settingEntries().map(([name]) => name as string), ...ofSources, ...files];
}
