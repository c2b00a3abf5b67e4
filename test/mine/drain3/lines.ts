import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import type { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import type { DrainTemplate } from '../../../src/mine/drain3/drain-template.ts';
import { sharedPath } from '../../shared.ts';

export const LOGHUB_SETS = ['Apache', 'BGL', 'HDFS', 'Hadoop', 'Linux', 'OpenSSH', 'Zookeeper'];

/** The 2,000 raw messages of a LogHub set. */
export function loghubContents(set: string): string[] {
  const csv = readFileSync(sharedPath(`data/loghub/${set}.csv`));
  const rows: { Content: string }[] = parse(csv, { columns: true, bom: true });
  return rows.map((row) => row.Content);
}

const encoder = new TextEncoder();

export function mineText(miner: DrainMiner, text: string): DrainTemplate {
  const bytes = encoder.encode(text);
  return miner.mine(bytes, 0, bytes.length);
}

const FRAGMENTS = [
  '0',
  '1',
  '12',
  '123',
  '1234',
  '44665544',
  '1'.repeat(65),
  'a',
  'f',
  'F',
  'deadbeef',
  'abcdef0',
  'a'.repeat(64),
  'G',
  '_',
  '.',
  '.',
  '-',
  '-',
  '/',
  ':',
  '?',
  '<',
  '>',
  '=',
  ',',
  '/api/',
  'api',
  'http',
  'http://',
  'https://',
  '://',
  'ms',
  's',
  'm',
  'h',
  '550e8400-e29b-41d4-a716-446655440000',
  '550e8400',
  'e29b',
  '446655440000',
  '2024-01-02',
  '1.2.3.4',
  '12.5',
  '<IP>',
  '<*>',
  'é',
  '漢',
  '🙂',
  '٤',
  '²',
  'ſ',
  '​',
  '﻿',
  '́',
  '\0',
  '',
  ' ',
  ' ',
  ' ',
  '	',
  '\r',
  '\v',
  '',
  '',
  '\xA0',
  ' ',
  '\u2028',
  '　',
];

/** Texts made of what the masks look at, glued together every which way. No line feed. */
export const maskBait: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...FRAGMENTS), { maxLength: 14 })
  .map((fragments) => fragments.join(''));
