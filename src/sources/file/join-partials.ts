import { LINE_BYTES_MAX } from './byte-consumer.ts';
import { skipString } from './json-syntax.ts';

/** Container runtimes that write a long line in parts: Kubernetes' (CRI), and docker's json-file. */
export type ContainerLog = 'cri' | 'docker';

/** Of one line: which stream of the container it is of, where its content lies, and whether more of it follows. */
interface Part {
  isError: boolean;
  contentStart: number;
  contentEnd: number;
  isPartial: boolean;
}

/** Lines of one stream that belong together, so far. */
interface Pending {
  pieces: Buffer[];
  bytes: number;
}

const NEWLINE = 0x0a;
const CRI_LINE = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP][ :]/;
/** Others write `log` too, without the newline that would tell where a line ends. */
const DOCKER_LINES = /^\{"log":"[^]*\\n","stream":"std(?:out|err)"/;
const DOCKER_STREAMS = [',"stream":"stdout"', ',"stream":"stderr"'];
const DOCKER_HEAD_BYTES = 8;
const DOCKER_STREAM_BYTES = 18;

/** What the head of a file says; undefined where no line of it can be a part. */
export function containerLogOf(head: Buffer): ContainerLog | undefined {
  const start = head.toString('latin1');
  if (CRI_LINE.test(start)) return 'cri';
  return DOCKER_LINES.test(start) ? 'docker' : undefined;
}

/**
 * The same bytes with the parts of each line joined: the first part's line, with the content of the others behind its
 * own. The two streams of a container may come in between one another. A line that would become longer than a reader
 * keeps is cut into several.
 */
export async function* joinPartials(
  chunks: AsyncIterable<Buffer>,
  kind: ContainerLog,
): AsyncGenerator<Buffer, void, undefined> {
  const joiner = new PartJoiner(kind);
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield* joiner.join(bytes.subarray(0, end));
    rest = Buffer.from(bytes.subarray(end));
    if (rest.length <= 2 * LINE_BYTES_MAX) continue;
    // No line of a container: whoever reads cuts it.
    yield rest;
    rest = Buffer.alloc(0);
  }
  if (rest.length > 0) yield* joiner.join(Buffer.concat([rest, Buffer.from('\n')]));
  yield* joiner.finish();
}

class PartJoiner {
  readonly #partOf: (bytes: Buffer, start: number, end: number) => Part | undefined;
  readonly #pending: { out: Pending | undefined; error: Pending | undefined } = { out: undefined, error: undefined };
  /** What stands behind the content of a line that has no further part. */
  readonly #tail: Buffer;

  constructor(kind: ContainerLog) {
    this.#partOf = kind === 'cri' ? criPart : dockerPart;
    this.#tail = Buffer.from(kind === 'cri' ? '\n' : '"}\n');
  }

  /** @param bytes whole lines. */
  *join(bytes: Buffer): Generator<Buffer, void, undefined> {
    let runStart = 0;
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, at);
      const part = this.#partOf(bytes, at, end);
      const stream = part?.isError === true ? 'error' : 'out';
      const before = this.#pending[stream];
      if (part !== undefined && (part.isPartial || before !== undefined)) {
        if (at > runStart) yield bytes.subarray(runStart, at);
        runStart = end + 1;
        yield* this.#take(stream, bytes, at, end, part);
      }
      at = end + 1;
    }
    if (runStart < bytes.length) yield bytes.subarray(runStart);
  }

  *finish(): Generator<Buffer, void, undefined> {
    for (const stream of ['out', 'error'] as const) yield* this.#flush(stream, this.#tail);
  }

  *#take(
    stream: 'out' | 'error',
    bytes: Buffer,
    start: number,
    end: number,
    { contentStart, contentEnd, isPartial }: Part,
  ): Generator<Buffer, void, undefined> {
    const before = this.#pending[stream];
    if (before !== undefined && before.bytes + contentEnd - contentStart > LINE_BYTES_MAX) {
      yield* this.#flush(stream, this.#tail);
    }
    const pending = this.#pending[stream] ?? { pieces: [], bytes: 0 };
    this.#pending[stream] = pending;
    // The first part brings the head of the line along.
    const from = pending.pieces.length === 0 ? start : contentStart;
    pending.pieces.push(Buffer.from(bytes.subarray(from, contentEnd)));
    pending.bytes += contentEnd - from;
    if (!isPartial) yield* this.#flush(stream, bytes.subarray(contentEnd, end + 1));
  }

  *#flush(stream: 'out' | 'error', tail: Buffer): Generator<Buffer, void, undefined> {
    const pending = this.#pending[stream];
    this.#pending[stream] = undefined;
    if (pending !== undefined) yield Buffer.concat([...pending.pieces, tail]);
  }
}

/** `2026-01-01T00:00:00.000000000Z stdout P the beginning` */
function criPart(bytes: Buffer, start: number, end: number): Part | undefined {
  const space = bytes.indexOf(0x20, start);
  if (space === -1 || space + 10 > end || bytes[space + 1] !== 0x73 || bytes[space + 2] !== 0x74) return undefined;
  const flag = bytes[space + 8];
  if (bytes[space + 7] !== 0x20 || (flag !== 0x46 && flag !== 0x50)) return undefined;
  const content = bytes.indexOf(0x20, space + 8) + 1;
  if (content === 0 || content > end) return undefined;
  const contentEnd = bytes[end - 1] === 0x0d && end > content ? end - 1 : end;
  // stderr has an e where stdout has an o.
  return { isError: bytes[space + 4] === 0x65, contentStart: content, contentEnd, isPartial: flag === 0x50 };
}

/** `{"log":"the beginning","stream":"stdout",...}`: a line that has its end has a newline there. */
function dockerPart(bytes: Buffer, start: number, end: number): Part | undefined {
  if (bytes[start] !== 0x7b || bytes.toString('latin1', start, start + DOCKER_HEAD_BYTES) !== '{"log":"')
    return undefined;
  const contentStart = start + DOCKER_HEAD_BYTES;
  const after = skipString(bytes, contentStart - 1, end);
  if (after === -1) return undefined;
  const contentEnd = after - 1;
  const hasEnd = bytes[contentEnd - 1] === 0x6e && bytes[contentEnd - 2] === 0x5c && isEscape(bytes, contentEnd - 2);
  const stream = DOCKER_STREAMS.indexOf(bytes.toString('latin1', after, Math.min(end, after + DOCKER_STREAM_BYTES)));
  return stream === -1 ? undefined : { isError: stream === 1, contentStart, contentEnd, isPartial: !hasEnd };
}

/** Whether the backslash there escapes, and is not escaped itself. */
function isEscape(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - backslashes] === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}
