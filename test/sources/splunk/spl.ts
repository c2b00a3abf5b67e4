/** An event as an indexer holds it. Times are epoch microseconds. */
export interface SplunkEvent {
  timeUs: number;
  raw: string;
  host?: string;
  source?: string;
  sourcetype?: string;
  /** What field extraction finds in it. */
  extracted?: Readonly<Record<string, string | string[]>>;
}

export type SplResult = Record<string, string | string[]>;

export class SplError extends Error {}

interface Stage {
  results: { event: SplunkEvent | undefined; fields: SplResult }[];
  /** Whether a list of fields has been given: only then are fields extracted. */
  isListed: boolean;
}

/** Runs the few commands of SPL that the tests use, and refuses all others as Splunk does. */
export function runSpl(text: string, events: readonly SplunkEvent[]): SplResult[] {
  const commands = text.trim().replace(/^\|/, '').split('|');
  if (!/^(\s*\||search\s)/.test(text)) throw new SplError(`Unknown search command '${text.split(/[\s=]/)[0]}'.`);
  let stage: Stage = { results: [], isListed: false };
  for (const [index, command] of commands.entries()) stage = run(command.trim(), stage, events, index);
  return stage.results.map(({ fields }) => fields);
}

function run(command: string, stage: Stage, events: readonly SplunkEvent[], index: number): Stage {
  const [name = '', ...words] = command.split(/\s+/);
  const args = words.join(' ');
  const { results } = stage;
  switch (name) {
    case 'search':
      return { ...stage, results: index === 0 ? found(args, events) : results };
    case 'makeresults':
      return { ...stage, results: [{ event: undefined, fields: { _time: '1795161600', _raw: 'made up' } }] };
    case 'fields':
      return { results: results.map((result) => listed(result, words)), isListed: true };
    case 'head':
      return { ...stage, results: results.slice(0, numberOf(words[0], name)) };
    case 'reverse':
      return { ...stage, results: results.toReversed() };
    case 'sort':
      if (args !== '0 -_time') throw new SplError(`Error in 'sort' command: Unsupported arguments ${args}`);
      return { ...stage, results: results.toSorted((a, b) => Number(b.fields['_time']) - Number(a.fields['_time'])) };
    case 'dedup':
      return { ...stage, results: deduplicated(results, args) };
    case 'stats':
      return { ...stage, results: [{ event: undefined, fields: { count: String(results.length) } }] };
    case 'eval': {
      const [, to = '', from = ''] = /^(\w+)=(.+)$/.exec(args) ?? [];
      if (to === '') throw new SplError("Error in 'eval' command: The expression is malformed.");
      for (const { fields } of results) {
        const value = from.startsWith('"') ? from.slice(1, -1) : fields[from];
        if (value !== undefined) fields[to] = value;
      }
      return stage;
    }
    default:
      throw new SplError(`Unknown search command '${name}'.`);
  }
}

function found(terms: string, events: readonly SplunkEvent[]): Stage['results'] {
  const wanted = terms.split(' ').filter((term) => term !== '*' && !term.startsWith('index='));
  return events
    .filter(({ raw }) => wanted.every((term) => raw.includes(term)))
    .map((event) => ({ event, fields: defaults(event) }));
}

function defaults(event: SplunkEvent): SplResult {
  const { timeUs, raw, host = 'web1', source = '/var/log/app.log', sourcetype = 'app' } = event;
  const time = `${Math.floor(timeUs / 1e6)}.${String(timeUs % 1e6).padStart(6, '0')}`;
  return { _time: time, _raw: raw, host, source, sourcetype, index: 'main' };
}

function listed({ event, fields }: Stage['results'][number], names: readonly string[]): Stage['results'][number] {
  const all: SplResult = { ...event?.extracted, ...fields };
  const kept = new Set([...names, '_raw', '_time']);
  return { event, fields: Object.fromEntries(Object.entries(all).filter(([name]) => kept.has(name))) };
}

function deduplicated(results: Stage['results'], field: string): Stage['results'] {
  const seen = new Set<string>();
  return results.filter(({ fields }) => {
    const value = String(fields[field] ?? '');
    return !seen.has(value) && seen.add(value);
  });
}

function numberOf(word: string | undefined, name: string): number {
  if (word === undefined || !/^\d+$/.test(word)) throw new SplError(`Error in '${name}' command: Invalid count`);
  return Number(word);
}
