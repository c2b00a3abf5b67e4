import { levelOfNumber, levelOfText } from './level.ts';
import type { LevelIndex } from './level.ts';

/** Fields that hold the message of a structured record, the first that is a non-empty string wins. */
export const MESSAGE_FIELDS = ['message', 'msg', 'log', 'event', 'MESSAGE'] as const;

/** Fields that hold the level of a structured record; the last is the systemd journal's. */
export const LEVEL_FIELDS = ['level', 'severity', 'lvl', 'loglevel', 'log_level', 'log.level', 'PRIORITY'] as const;

/** Containers nested deeper than this are shown as `"..."`. */
export const MESSAGE_DEPTH_MAX = 32;
/** Entries of one container that are shown; what follows is dropped, and `"..."` says so. */
export const MESSAGE_ENTRIES_MAX = 1024;
/** UTF-8 bytes of a message made from a structured value; the rest is cut at a code point. */
export const MESSAGE_BYTES_MAX = 65_536;

/**
 * Message of a structured value: a string as it is, an object's message field where it has one, else JSON with keys
 * sorted by code point, so that the same record gives the same text whatever order its sender keeps.
 * `decode` applies the same rule to OTLP bodies without building the value.
 */
export function structuredMessage(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return scalarText(value);
  if (!Array.isArray(value)) {
    for (const field of MESSAGE_FIELDS) {
      const text = ownField(value, field);
      if (typeof text === 'string' && text.length > 0) return text;
    }
  }
  return cutToBytes(canonicalJson(value, 1), MESSAGE_BYTES_MAX);
}

/** Level that a structured value states in one of {@link LEVEL_FIELDS}; `undefined` when it states none. */
export function structuredLevel(value: unknown): LevelIndex | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const field of LEVEL_FIELDS) {
    const stated = ownField(value, field);
    const level =
      typeof stated === 'string' ? levelOfText(stated) : typeof stated === 'number' ? levelOfNumber(stated) : undefined;
    if (level !== undefined) return level;
  }
  return undefined;
}

/** Sort order of keys: by code point, which is the order of their UTF-8 bytes. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above the rest of the 16-bit range. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function canonicalJson(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') {
    const text = scalarText(value);
    return typeof value === 'number' && !Number.isFinite(value) ? `"${text}"` : text;
  }
  if (depth > MESSAGE_DEPTH_MAX) return '"..."';
  if (Array.isArray(value)) {
    const items = value.slice(0, MESSAGE_ENTRIES_MAX).map((item: unknown) => canonicalJson(item, depth + 1));
    if (value.length > MESSAGE_ENTRIES_MAX) items.push('"..."');
    return `[${items.join(',')}]`;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, MESSAGE_ENTRIES_MAX).toSorted(([a], [b]) => compareCodePoints(a, b));
  const fields = shown.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`);
  if (entries.length > MESSAGE_ENTRIES_MAX) fields.push('"...":"..."');
  return `{${fields.join(',')}}`;
}

function scalarText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : 'null';
}

function ownField(value: object, field: string): unknown {
  return Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
}

function cutToBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  let bytes = 0;
  let units = 0;
  while (units < text.length) {
    const codePoint = text.codePointAt(units)!;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    if (bytes > bytesMax) return text.slice(0, units);
    units += codePoint < 0x10000 ? 1 : 2;
  }
  return text;
}
