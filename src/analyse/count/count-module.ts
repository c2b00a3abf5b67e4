import { writeByteSets } from '../../mine/simd/byte-sets.ts';
import { levelOfNumber } from '../../domain/level.ts';
import {
  CONTAINER_FIELDS,
  LEVEL_FIELDS,
  MESSAGE_FIELDS,
  SERVICE_FIELDS,
  SERVICE_HINT_FIELDS,
  SEVERITY_NUMBER_FIELDS,
  TIME_FIELDS,
} from '../../sources/record/field-names.ts';
import {
  KEY_BYTES,
  KEY_IS_LOG,
  KEY_KIND,
  KEY_LENGTH,
  KEY_RANK,
  KEYS,
  KEYS_SLOTS,
  LEVEL_NUMBERS,
  LEVEL_NUMBERS_MAX,
  NO_LEVEL,
  OF_CONTAINER,
  OF_HINT,
  OF_LEVEL,
  OF_MESSAGE,
  OF_SERVICE,
  OF_SEVERITY_NUMBER,
  OF_TIME,
  STATE,
} from './assembly/layout.ts';
import { COUNT_BYTES } from './count-bytes.ts';

/** As much of it as is used here: TypeScript's own types are those of browsers. */
declare const WebAssembly:
  | {
      validate(code: Uint8Array): boolean;
      Module: new (code: Uint8Array) => object;
      Instance: new (module: object) => { exports: object };
    }
  | undefined;

/** What the module in `assembly` exports; addresses are whole numbers. */
interface Exports {
  memory: { readonly buffer: ArrayBuffer };
  takeRecords(from: number, end: number): number;
  takeRow(start: number, end: number, timeMs: number, service: number, level: number): number;
  rememberRow(group: number, timeMs: number): number;
  countRow(group: number, timeMs: number): number;
  addName(table: number, from: number, to: number, value: number): void;
}

/** An instance: everything that a count knows. */
export interface CountModule extends Exports {
  bytes: Uint8Array;
  /** The memory from `STATE` on. */
  numbers: Int32Array;
  floats: Float64Array;
}

const code = compile();

function compile(): object | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  const bytes = Uint8Array.from(atob(COUNT_BYTES), (character) => character.charCodeAt(0));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

/** Undefined where there is no WebAssembly, or no SIMD in it. */
export function createCountModule(): CountModule | undefined {
  if (code === undefined || typeof WebAssembly === 'undefined') return undefined;
  const exports = new WebAssembly.Instance(code).exports as Exports;
  const { buffer } = exports.memory;
  const bytes = new Uint8Array(buffer);
  writeByteSets(bytes);
  writeFieldNames(bytes);
  for (let number = 0; number < LEVEL_NUMBERS_MAX; number++)
    bytes[LEVEL_NUMBERS + number] = levelOfNumber(number) ?? NO_LEVEL;
  return { ...exports, bytes, numbers: new Int32Array(buffer, STATE), floats: new Float64Array(buffer, STATE) };
}

const FIELD_NAMES: readonly (readonly [kind: number, names: readonly string[]])[] = [
  [OF_TIME, TIME_FIELDS],
  [OF_MESSAGE, MESSAGE_FIELDS],
  [OF_LEVEL, LEVEL_FIELDS],
  [OF_SERVICE, SERVICE_FIELDS],
  [OF_HINT, SERVICE_HINT_FIELDS],
  [OF_SEVERITY_NUMBER, SEVERITY_NUMBER_FIELDS],
  [OF_CONTAINER, [...CONTAINER_FIELDS, 'epochSecond', 'nanoOfSecond']],
];

function writeFieldNames(bytes: Uint8Array): void {
  for (const [kind, names] of FIELD_NAMES)
    names.forEach((name, rank) => {
      const { length } = name;
      let number = name.charCodeAt(0) * 31 + name.charCodeAt(length - 1) * 7 + length;
      let slot = KEYS + (number & (KEYS_SLOTS - 1)) * KEY_BYTES;
      while (bytes[slot + KEY_LENGTH] !== 0) slot = KEYS + (++number & (KEYS_SLOTS - 1)) * KEY_BYTES;
      for (let i = 0; i < length; i++) bytes[slot + i] = name.charCodeAt(i);
      bytes[slot + KEY_LENGTH] = length;
      bytes[slot + KEY_KIND] = kind;
      bytes[slot + KEY_RANK] = rank;
      bytes[slot + KEY_IS_LOG] = name === 'log' ? 1 : 0;
    });
}
