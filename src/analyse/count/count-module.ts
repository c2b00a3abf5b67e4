import { writeByteSets } from '../../mine/simd/byte-sets.ts';
import { compileWasm } from '../../mine/simd/compile-wasm.ts';
import { REMEMBERED_BYTES, REMEMBERED_NUMBERS } from '../../mine/simd/assembly/layout.ts';
import { levelOfNumber } from '../../domain/level.ts';
import { SPELLINGS_BY_KIND } from '../../sources/record/field-names.ts';
import {
  GROUPS,
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
  STATE,
} from './assembly/layout.ts';
import { COUNT_BYTES } from './count-bytes.ts';

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

const instantiate = compileWasm(COUNT_BYTES);
/** The thread's own, while nobody counts with it: a new one for each count would have its callers compiled anew. */
let idle: CountModule | undefined;

/** One that knows of no row yet; give it back. Undefined where there is no WebAssembly, or no SIMD in it. */
export function takeCountModule(): CountModule | undefined {
  const module = idle ?? createCountModule();
  idle = undefined;
  module?.bytes.fill(0, REMEMBERED_NUMBERS, REMEMBERED_BYTES);
  module?.bytes.fill(0, STATE, GROUPS);
  if (module !== undefined) writeTables(module.bytes);
  return module;
}

/** Nothing of it may be read any more. */
export function giveBack(module: CountModule): void {
  idle = module;
}

function createCountModule(): CountModule | undefined {
  if (instantiate === undefined) return undefined;
  const exports = instantiate() as Exports;
  const { buffer } = exports.memory;
  const bytes = new Uint8Array(buffer);
  writeByteSets(bytes);
  return { ...exports, bytes, numbers: new Int32Array(buffer, STATE), floats: new Float64Array(buffer, STATE) };
}

function writeTables(bytes: Uint8Array): void {
  writeFieldNames(bytes);
  for (let number = 0; number < LEVEL_NUMBERS_MAX; number++)
    bytes[LEVEL_NUMBERS + number] = levelOfNumber(number) ?? NO_LEVEL;
}

function writeFieldNames(bytes: Uint8Array): void {
  for (const [kind, names] of SPELLINGS_BY_KIND.entries())
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
