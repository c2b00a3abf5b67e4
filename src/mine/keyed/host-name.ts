import { BYTE_KIND, DIGIT, LETTER } from './byte-kind.ts';

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

const generic = new Set(GENERIC.split(' '));
const countries = new Set(COUNTRIES.split(' '));
const ambiguous = new Set(AMBIGUOUS.split(' '));
const reversed = new Set(REVERSED.split(' '));

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
  if (labels < 2 || end - lastStart < 2 || end - lastStart > 11) return false;
  const last = labelOf(bytes, lastStart, end);
  if (last === undefined || reversed.has(labelOf(bytes, start, firstEnd) ?? '')) return false;
  if (generic.has(last)) return true;
  return countries.has(last) && (labels > 2 || !ambiguous.has(last));
}

/** In small letters; undefined when it is neither all small nor all capital letters. */
function labelOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > 11) return undefined;
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  const small = text.toLowerCase();
  return text === small || text === text.toUpperCase() ? small : undefined;
}
