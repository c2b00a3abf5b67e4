import { hashToken } from '../token-hash.ts';
import { BYTE_KIND, LETTER } from './byte-kind.ts';
import { WordTable } from './word-table.ts';

const FULL_STOP = 0x2e;
const EXTENSIONS =
  'exe dll sys bat cmd msi com bin so sh py rb pl js ts jar war class log txt csv json xml yaml yml ini cfg conf cnf ' +
  'properties html htm css png jpg gif pdf doc zip gz tgz tar bak tmp pid lock sock db sql mdb dat service socket timer ' +
  'mount c h cc cpp go java';

const extensions = new WordTable(new Map(EXTENSIONS.split(' ').map((extension) => [extension, 1])));

/** Whether the word ends as names of files do: `chrome.exe`. */
export function isFileName(bytes: Uint8Array, start: number, end: number): boolean {
  let dot = end;
  while (dot > start && BYTE_KIND[bytes[dot - 1]!]! & LETTER) dot--;
  if (dot - 1 <= start || dot === end || bytes[dot - 1] !== FULL_STOP) return false;
  return extensions.find(bytes, dot, end, hashToken(bytes, dot, end)) !== 0;
}
