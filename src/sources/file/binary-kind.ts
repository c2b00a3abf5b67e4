/** What a file is that holds no lines, and what its owner may do about it. */
export interface BinaryKind {
  is: string;
  advice: string;
}

interface Signature extends BinaryKind {
  /** First bytes, a character each. */
  bytes: string;
  at?: number;
}

const AS_TEXT = 'if it is text all the same, set its format to text (FILE_FORMAT)';
const RATHER = `Give a file of JSON, CSV or text, plain or compressed by gzip or zstd; ${AS_TEXT}`;
/** By a command that leaves the file as it is: many a program puts what it decompresses in the file's place. */
const piped = (command: string) => `pipe it in (${command} FILE | halfspace analyse -)`;
const unpack = (command: string) =>
  `Only gzip and zstd are read as they are: ${piped(command)}, or name a decompressed copy`;
const twice = (command: string) => `It has to be decompressed once: ${piped(command)}`;

/** Formats that lie beside logs and have a way to become text come first. */
const SIGNATURES: readonly Signature[] = [
  { bytes: 'BZh', is: 'compressed by bzip2', advice: unpack('bzip2 -dc') },
  { bytes: '\xfd7zXZ\0', is: 'compressed by xz', advice: unpack('xz -dc') },
  { bytes: '\x04\x22\x4d\x18', is: 'compressed by lz4', advice: unpack('lz4 -dc') },
  { bytes: '\x02\x21\x4c\x18', is: 'compressed by lz4', advice: unpack('lz4 -dc') },
  { bytes: 'LZIP\x01', is: 'compressed by lzip', advice: unpack('lzip -dc') },
  { bytes: '\xff\x06\0\0sNaPpY', is: 'compressed by snappy', advice: unpack('snzip -dc') },
  { bytes: '\x1f\x9d', is: 'compressed by compress', advice: unpack('gzip -dc') },
  { bytes: '\x1f\x8b', is: 'compressed more than once', advice: twice('gzip -dc') },
  { bytes: '\x28\xb5\x2f\xfd', is: 'compressed more than once', advice: twice('zstd -dc') },
  { bytes: 'PK\x03\x04', is: 'a zip archive', advice: `Unpack it first, with unzip, or ${piped('unzip -p')}` },
  { bytes: '7z\xbc\xaf\x27\x1c', is: 'a 7-Zip archive', advice: 'Unpack it first, with 7z x' },
  { bytes: 'ustar', at: 257, is: 'a tar archive', advice: 'Unpack it first, with tar -x' },
  {
    bytes: 'LPKSHHRH',
    is: "a file of systemd's journal",
    advice: `Write it as JSON and ${piped('journalctl -o json --file')}`,
  },
  { bytes: 'ElfFile\0', is: 'a Windows event log', advice: 'Export it as JSON, CSV or text first' },
  { bytes: '\x7fELF', is: 'a program (ELF)', advice: RATHER },
  { bytes: '\x89PNG\r\n', is: 'an image (PNG)', advice: RATHER },
  { bytes: '\xff\xd8\xff', is: 'an image (JPEG)', advice: RATHER },
  { bytes: 'GIF89a', is: 'an image (GIF)', advice: RATHER },
  { bytes: '%PDF-', is: 'a PDF document', advice: RATHER },
  { bytes: 'SQLite format 3\0', is: 'an SQLite database', advice: RATHER },
  { bytes: 'PAR1\x15', is: 'a Parquet file', advice: 'Export it as JSON or CSV first' },
];
const BLOCK_OF_BZIP2 = ['1AY&SY', '\x17\x72\x45\x38\x50\x90'];

/** Of the bytes that are not NUL: so many control characters that no text has, of so many kinds. */
const CONTROL_SHARE = 0.02;
const CONTROL_KINDS = 8;
/** NUL between other bytes so often; where lines end in NUL, or a crash or truncation has left a run, it stands seldom. */
const NUL_RUNS_SHARE = 0.1;

/**
 * Tells a file that is not text by its head; undefined of text in any encoding that leaves ASCII as it is, whatever else
 * stands in it: bytes that are not UTF-8, some NUL, runs of them, or one control character again and again as a delimiter.
 *
 * @param head the first bytes, decompressed where the file is compressed by gzip or zstd.
 */
export function binaryKind(head: Uint8Array): BinaryKind | undefined {
  const known = SIGNATURES.find((signature) => isSigned(head, signature));
  if (known !== undefined) return { is: known.is, advice: known.advice };
  const { others, controls, kinds, nulRuns, nulsOdd, nulsEven } = countBytes(head);
  const pairs = head.length / 2;
  const [most, fewest] = [Math.max(nulsOdd, nulsEven), Math.min(nulsOdd, nulsEven)];
  if (most > 0.7 * pairs && fewest < 0.05 * pairs) {
    const from = nulsOdd > nulsEven ? 'UTF-16LE' : 'UTF-16BE';
    return {
      is: `${from} without a byte order mark`,
      advice: `Write it as UTF-8 and ${piped(`iconv -f ${from} -t UTF-8`)}`,
    };
  }
  const isOdd = controls >= CONTROL_SHARE * others && kinds >= CONTROL_KINDS;
  return isOdd || nulRuns > NUL_RUNS_SHARE * others ? { is: 'a binary file', advice: RATHER } : undefined;
}

function isSigned(head: Uint8Array, { bytes, at = 0 }: Signature): boolean {
  if (!standsAt(head, bytes, at)) return false;
  // Three letters may begin a line of text, too.
  return bytes !== 'BZh' || BLOCK_OF_BZIP2.some((block) => standsAt(head, block, 4));
}

function standsAt(head: Uint8Array, bytes: string, at: number): boolean {
  if (at + bytes.length > head.length) return false;
  for (let i = 0; i < bytes.length; i++) if (head[at + i] !== bytes.charCodeAt(i)) return false;
  return true;
}

function countBytes(head: Uint8Array) {
  const seen = new Uint8Array(0x80);
  const counts = { others: 0, controls: 0, kinds: 0, nulRuns: 0, nulsOdd: 0, nulsEven: 0 };
  for (let i = 0; i < head.length; i++) {
    const byte = head[i]!;
    if (byte === 0) {
      if (i % 2 === 1) counts.nulsOdd++;
      else counts.nulsEven++;
      if (i > 0 && head[i - 1] !== 0) counts.nulRuns++;
      continue;
    }
    counts.others++;
    if (!isControl(byte)) continue;
    counts.controls++;
    counts.kinds += 1 - seen[byte]!;
    seen[byte] = 1;
  }
  return counts;
}

/** Neither white space, backspace nor the escape of terminal colours. */
function isControl(byte: number): boolean {
  return byte < 0x20 ? (byte < 0x08 || byte > 0x0d) && byte !== 0x1b : byte === 0x7f;
}
