import type { Config } from './config.ts';
import { settingEntries } from './settings.ts';
import { SOURCE_SETTINGS } from './source-settings.ts';

/** Names of the settings that are not what they were, in the order of the documentation. */
export function changedSettings(before: Config, after: Config): string[] {
  const ofSources = [...SOURCE_SETTINGS.values()].flatMap((settings) => settings.map(({ variable }) => variable));
  const names = [...settingEntries().map(([name]) => name as string), ...ofSources];
  return names.filter((name) => before.alerts.variable(name) !== after.alerts.variable(name));
}
