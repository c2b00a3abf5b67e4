import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';
import { BYTE_KIND, DIGIT, LETTER } from './byte-kind.ts';
import { WordTable } from './word-table.ts';

/** Last labels that make a dotted word of two labels or more a host's name. */
const GENERIC = 'com net org edu gov mil int info biz local localdomain internal lan corp intranet arpa cloud';
/** Of countries; those that are also a common end of a file's name count from three labels on, as all others do. */
const COUNTRIES =
  'ac ad ae af ag al am ar at au az ba bd be bg bh bo br by ca cd ch ci cl cn co cr cu cy cz de dk do dz ec ee eg es et ' +
  'eu fi fr ge gh gr gt hk hr hu id ie il in iq ir is it jm jo jp ke kg kh kr kw kz lb li lk lt lu lv ly ma md me mk ' +
  'mm mn mo mt mu mx my ng ni nl no np nz om pa pe ph pk pl pr ps pt py qa ro rs ru sa se sg si sk sn su sv sy th tn ' +
  'tr tv tw ua ug uk us uy uz ve vn za zm zw io';
const AMBIGUOUS = 'co do es id in io is it me no md my pa pl ps py rs so am at be by ma';
/** First labels of a name that reads the other way round, as packages do. */
const REVERSED = 'com org net edu gov io java javax jdk sun android androidx kotlin scala akka de uk cn jp ru';

const ANY = 1;
const THREE_LABELS = 2;
const LABEL_LENGTH_MAX = 11;

const domains = new Map<string, number>();
for (const label of COUNTRIES.split(' ')) domains.set(label, ANY);
for (const label of AMBIGUOUS.split(' ')) domains.set(label, THREE_LABELS);
for (const label of GENERIC.split(' ')) domains.set(label, ANY);
const lastLabels = new WordTable(domains);
const firstLabels = new WordTable(new Map(REVERSED.split(' ').map((label) => [label, 1])));

/** Whether the dotted word is the name of a host: its labels are letters, digits and dashes, the last a known domain. */
export function isHostName(bytes: Uint8Array, start: number, end: number): boolean {
  let labels = 1;
  let firstEnd = end;
  let lastStart = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0x2e) {
      if (at === lastStart) return false;
      if (labels++ === 1) firstEnd = at;
      lastStart = at + 1;
    } else if ((BYTE_KIND[byte]! & (LETTER | DIGIT)) === 0 && byte !== 0x2d) return false;
  }
  if (labels < 2) return false;
  const kind = findLabel(lastLabels, bytes, lastStart, end);
  if (kind === 0 || (kind === THREE_LABELS && labels < 3)) return false;
  return findLabel(firstLabels, bytes, start, firstEnd) === 0;
}

/** In small letters or in capitals. */
const small = new Uint8Array(LABEL_LENGTH_MAX);

function findLabel(table: WordTable, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length > LABEL_LENGTH_MAX || length === 0) return 0;
  const isCapital = (bytes[start]! & 0x20) === 0;
  let hash = HASH_SEED;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!;
    if (((byte & 0x20) === 0) !== isCapital) return 0;
    small[i] = byte | 0x20;
    hash = Math.imul(hash ^ small[i]!, HASH_PRIME);
  }
  return table.find(small, 0, length, hash);
}
