import { commandsOf, PipelineError } from './pipeline.ts';
import type { Command } from './pipeline.ts';
import { EPOCH_FIELD, FIELDS } from './result-row.ts';

/** Commands that look at one event at a time and keep the order: they may run over any part of a window. */
const ROWWISE = new Set(
  (
    'search where eval rex regex fields rename spath extract kv xmlkv ' +
    'xpath makemv nomv fillnull replace convert lookup iplocation strcat tags rangemap'
  ).split(' '),
);

/** Those that Splunk itself calls risky, as they write, send or run something: a window is only read. */
const RISKY = new Set(
  (
    'collect crawl delete dump fit input map mcollect meventcollect ' +
    'outputcsv outputlookup run runshellscript script sendalert sendemail summaryindex tscollect'
  ).split(' '),
);

/** Bounds of its own, or a time of its own making, which parts of a window would not keep to. */
const OWN_TIME = /(?<![\w.])(_?index_?)?(earliest|latest)\s*=|(?<![\w.])_time\b/i;

/** A search as the user wrote it, and how it may be run. */
export interface PreparedSearch {
  /**
   * Whether a part of the window may be searched by itself, newest events first. The others (statistics, subsearches,
   * macros, ...) mean the whole window: they are run over all of it, and sorted.
   */
  isDivisible: boolean;
  /** SPL that gives at most `rows` results, the newest first. */
  spl(rows: number): string;
}

/** @throws PipelineError for a search that must not or cannot be run. */
export function prepareSearch(query: string): PreparedSearch {
  const text = query.trim() === '' ? '*' : query.trim();
  const commands = commandsOf(text);
  refuseRisky(commands);
  const search = /^(\||search\s)/i.test(text) ? text : `search ${text}`;
  const epoch = `eval ${EPOCH_FIELD}=_time`;
  const isDivisible =
    !text.startsWith('|') &&
    !/(?<!`)`(?!`)/.test(text) &&
    !OWN_TIME.test(text) &&
    commands.every(({ name, nested }) => ROWWISE.has(name) && nested.length === 0);
  // Without a list of fields Splunk extracts none of an event; one that the user gives stands.
  const fields = commands.some(({ name }) => name === 'fields') ? '' : ` | fields ${FIELDS.join(' ')}`;
  return {
    isDivisible,
    spl: (rows) =>
      isDivisible ? `${search}${fields} | head ${rows} | ${epoch}` : `${search} | sort 0 -_time | ${epoch}`,
  };
}

function refuseRisky(commands: readonly Command[]): void {
  for (const { name, nested } of commands) {
    if (RISKY.has(name)) throw new PipelineError(`the command ${name} does more than read, which a window never does`);
    refuseRisky(nested);
  }
}
