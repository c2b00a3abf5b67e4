import { BYTE_CLASS } from '../byte-class.ts';
import { BYTE_CLASSES, LINE } from './assembly/layout.ts';
import { writeByteSets } from './byte-sets.ts';
import { compileWasm } from './compile-wasm.ts';
import { SIMD_BYTES } from './simd-bytes.ts';

/** What the module in `assembly` exports; addresses and places are whole numbers. */
interface Exports {
  memory: { readonly buffer: ArrayBuffer };
  shapeLine(start: number, end: number): number;
  recallShape(start: number, end: number, owner: number): number;
  maskLine(start: number, end: number): number;
  splitTokens(): number;
  recallMasked(start: number, end: number, owner: number, filter: number): number;
  learnToken(filter: number, from: number, to: number): void;
  forgetTokens(filter: number): void;
  remember(version: number, tokenCount: number, charCount: number): number;
  forget(): void;
}

export interface Scanner extends Exports {
  bytes: Uint8Array;
  numbers: Int32Array;
}

/** The scanners in WebAssembly; undefined where it, or its SIMD, is not to be had: then those in TypeScript do all. */
export const scanner = instantiate();

function instantiate(): Scanner | undefined {
  const exports = compileWasm(SIMD_BYTES)?.() as Exports | undefined;
  if (exports === undefined) return undefined;
  const { buffer } = exports.memory;
  const numbers = new Int32Array(buffer);
  numbers.set(BYTE_CLASS, BYTE_CLASSES >> 2);
  const bytes = new Uint8Array(buffer);
  writeByteSets(bytes);
  return { ...exports, bytes, numbers };
}

let source: Uint8Array = new Uint8Array(0);
let words: Int32Array = new Int32Array(0);
const own = scanner?.numbers ?? new Int32Array(0);
const ownBytes = scanner?.bytes ?? new Uint8Array(0);

/**
 * Copies the line `bytes[start, end)` into the module's memory, and answers where it begins there. Words of four bytes
 * are copied, from wherever they lie in the memory behind `bytes`, so a little of what stands around the line goes along.
 */
export function copyLine(bytes: Uint8Array, start: number, end: number): number {
  if (bytes !== source) look(bytes);
  const from = bytes.byteOffset + start;
  const begin = LINE + (from & 3);
  const wordsEnd = (bytes.byteOffset + end + 3) >> 2;
  if (wordsEnd > words.length) {
    for (let at = start, to = begin; at < end; at++, to++) ownBytes[to] = bytes[at]!;
    return begin;
  }
  for (let at = from >> 2, to = LINE >> 2; at < wordsEnd; at++, to++) own[to] = words[at]!;
  return begin;
}

function look(bytes: Uint8Array): void {
  source = bytes;
  words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
}
