import { levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { parseIsoInstant } from '../iso-instant.ts';
import { jsonObjectOf } from '../record/json-line.ts';
import { recordFields } from '../record/record-fields.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

/** Columns by the names that Azure's tables have for them, in lower case, the most telling first. */
const MESSAGES = [
  'message',
  'logmessage',
  'syslogmessage',
  'outermessage',
  'renderedmessage',
  'rendereddescription',
  'logentry',
  'resultdescription',
  'rawdata',
  'log_s',
  'message_s',
  'msg_s',
  'msg',
  'log',
  'body',
];
const LEVELS = [
  'severitylevel',
  'loglevel',
  'eventlevelname',
  'level',
  'severity',
  'loglevel_s',
  'level_s',
  'severitytext',
];
const SERVICES = [
  'service',
  'servicename',
  'approlename',
  'containername',
  'containername_s',
  'containerappname',
  'containerappname_s',
  'processname',
  'source',
  'service_s',
];
/** Application Insights counts from Verbose to Critical. */
const APP_INSIGHTS: readonly LevelIndex[] = [0, 2, 3, 4, 5];
const NUMBERS = new Set(['int', 'long', 'real', 'decimal']);

export interface Column {
  name: string;
  type: string;
}

/** What a row of a table says. */
export interface ReadRow {
  message: string;
  level: LevelIndex | undefined;
  service: string | undefined;
}

/** Reads the rows of one table, whose columns are looked up once. */
export class TableReader {
  readonly timeIndex: number;
  readonly #columns: readonly Column[];
  readonly #messages: number[];
  readonly #levels: number[];
  readonly #services: number[];
  readonly #resource: number;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    const names = columns.map(({ name }) => name.toLowerCase());
    const indexes = (wanted: readonly string[]) => wanted.map((name) => names.indexOf(name)).filter((at) => at >= 0);
    this.timeIndex = names.indexOf('timegenerated');
    this.#messages = indexes(MESSAGES);
    this.#levels = indexes(LEVELS);
    this.#services = indexes(SERVICES);
    this.#resource = names.indexOf('_resourceid');
  }

  /** NaN where it has none. */
  timeMsOf(cells: readonly unknown[]): number {
    const time = cells[this.timeIndex];
    return typeof time === 'string' ? parseIsoInstant(time) : Number.NaN;
  }

  read(cells: readonly unknown[], timestamps: TimestampReader): ReadRow {
    const text = firstText(cells, this.#messages);
    // Columns of type dynamic come as JSON texts, and so do many lines.
    const isWhole = text === undefined && this.#messages.length === 0;
    const record = isWhole ? this.#recordOf(cells) : jsonObjectOf(text ?? '');
    const service = firstText(cells, this.#services) ?? resourceName(cells[this.#resource]);
    const level = this.#levelOf(cells);
    if (record === undefined) return { message: text ?? '', level, service };
    const said = recordFields(record, timestamps, false);
    return { message: said.message, level: level ?? said.level, service: said.service ?? service };
  }

  #levelOf(cells: readonly unknown[]): LevelIndex | undefined {
    for (const at of this.#levels) {
      const value = cells[at];
      const column = this.#columns[at] as Column;
      if (NUMBERS.has(column.type) && column.name.toLowerCase() === 'severitylevel') {
        const level = APP_INSIGHTS[Number(value ?? -1)];
        if (level !== undefined) return level;
      } else if (typeof value === 'string' || typeof value === 'number') {
        const level = levelOfText(String(value));
        if (level !== undefined) return level;
      }
    }
    return undefined;
  }

  /** A row without a column for the message is shown whole, but for its time and what Azure adds to each. */
  #recordOf(cells: readonly unknown[]): Record<string, unknown> {
    const fields = this.#columns.flatMap(({ name }, at): [string, unknown][] => {
      const value = cells[at];
      const isOurs = at === this.timeIndex || name.startsWith('_') || name === 'TenantId' || name === 'Type';
      return isOurs || value === null || value === '' ? [] : [[name, value]];
    });
    return Object.fromEntries(fields);
  }
}

function firstText(cells: readonly unknown[], indexes: readonly number[]): string | undefined {
  for (const at of indexes) {
    const value = cells[at];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  }
  return undefined;
}

/** `/subscriptions/.../sites/checkout` is checkout's. */
function resourceName(id: unknown): string | undefined {
  return typeof id === 'string' ? id.split('/').findLast((part) => part !== '') : undefined;
}
