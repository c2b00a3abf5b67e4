import { reasonsOf } from '../domain/anomaly.ts';
import { LEVELS } from '../domain/level.ts';
import { Replay } from '../score/replay.ts';
import type { ReplayOptions } from '../score/replay.ts';
import type { LineOutput } from './line-output.ts';
import type { OrderedRows, VisitedRow } from './ordered-rows.ts';
import { TemplateBook } from './template-book.ts';
import type { FinalTemplate } from './template-book.ts';

/** What is kept of each row until all have been seen, by its place in the file. */
interface Outcomes {
  templates: Uint32Array;
  scores: Float64Array;
  reasons: Uint8Array;
}

/**
 * Writes a line for each row, in the order of the file: its template as it is once all rows have been seen, and what
 * the detectors said of it at its place in time. Keeps 13 bytes a row. Answers the rows that no template was kept for.
 */
export function annotate(
  train: OrderedRows | undefined,
  rows: OrderedRows,
  options: Pick<ReplayOptions, 'detector' | 'servicesMax'>,
  output: LineOutput,
): number {
  const replay = new Replay(options);
  train?.visit((row) => replay.learn(row.service, row.bytes, row.start, row.end, row.level, row.timestampMs));
  train?.close();
  const book = new TemplateBook();
  const outcomes = {
    templates: new Uint32Array(rows.count),
    scores: new Float64Array(rows.count),
    reasons: new Uint8Array(rows.count),
  };
  rows.visit(({ number, service, bytes, start, end, level, timestampMs }) => {
    const { template, score, reasons } = replay.add(service, bytes, start, end, level, timestampMs);
    const detector = replay.detectorOf(service);
    if (detector === undefined) throw new Error(`${service} was scored by no detector`);
    outcomes.templates[number] = book.numberOf(detector, template);
    outcomes.scores[number] = score;
    outcomes.reasons[number] = reasons;
  });
  const write = lineWriter(outcomes, book.finish(), output);
  if (rows.summary === undefined) rows.visit((row) => write(row.number, fieldsOf(row)));
  else for (let row = 0; row < rows.count; row++) write(row, '');
  output.flush();
  return book.overflowedRows;
}

/** Rows are told in the order of their numbers. */
function lineWriter(
  { templates, scores, reasons }: Outcomes,
  finals: readonly FinalTemplate[],
  out: LineOutput,
): (row: number, fields: string) => void {
  const heads: (string | undefined)[] = Array.from({ length: finals.length });
  const tails = Array.from({ length: 256 }, (_, bits) => `,"reasons":${JSON.stringify(reasonsOf(bits))}`);
  const ids = new Map<string, number>();
  return (row, fields) => {
    const number = templates[row] as number;
    const head = (heads[number] ??= headOf(finals[number] as FinalTemplate, ids));
    out.write(`${head}${scores[row] as number}${tails[reasons[row] as number] as string}${fields}}\n`);
  };
}

/** There is no file beside which a store's row could be laid, so it is told with its answer. */
function fieldsOf({ timestampMs, service, level, bytes, start, end }: VisitedRow): string {
  const message = decoder.decode(bytes.subarray(start, end));
  const fields = JSON.stringify({ timestamp: timestampMs, service, level: LEVELS[level], message });
  return `,${fields.slice(1, -1)}`;
}

const decoder = new TextDecoder();

/** Ids are given in the order of the file, one a fingerprint, so that grouping by either gives the same groups. */
function headOf({ fingerprint, template }: FinalTemplate, ids: Map<string, number>): string {
  let id = ids.get(fingerprint);
  if (id === undefined) ids.set(fingerprint, (id = ids.size + 1));
  const told = JSON.stringify({ fingerprint, template, template_id: id });
  return `${told.slice(0, -1)},"hst_score":`;
}
