import type { Pull, PullContext } from '../pull/pull.ts';
import { SourceError } from '../source-error.ts';
import { EndedEarly, NotAnExport, exportLines } from './export-stream.ts';
import { failureIn } from './export-messages.ts';
import { PipelineError } from './pipeline.ts';
import { prepareSearch } from './prepared-search.ts';
import type { PreparedSearch } from './prepared-search.ts';
import { ReadingFrontier, SLACK_MS } from './reading-frontier.ts';
import { resultRow, resultTimeMs } from './result-row.ts';
import type { Result } from './result-row.ts';
import { splunkRequest } from './splunk-request.ts';
import type { SplunkRequest } from './splunk-request.ts';

const CALL = 'search/v2/jobs/export';
/** Results of one search at most, so that each ends by itself. */
const PAGE_ROWS = 50_000;
/** Asked for beyond what is wanted, so that rows of one instant do not make a further search. */
const SPARE_ROWS = 1000;
const FIRST_SLICE_MS = 60_000;
/** A slice that brings fewer rows than this share of what is wanted is followed by a wider one. */
const FEW = 1 / 8;
const WIDER = 4;

/**
 * Pulls a window by export searches, the newest events first. A search that looks at one event at a time runs over
 * slices of the window, so that rows come soon and no search takes long; any other runs once over the whole window.
 */
export const pullSplunk: Pull = async ({ startMs, endMs, values }, context) => {
  const { rows, client } = context;
  let search: PreparedSearch;
  try {
    search = prepareSearch(values.get('query') ?? '');
  } catch (cause) {
    if (!(cause instanceof PipelineError)) throw cause;
    throw client.error('configuration', CALL, `the query cannot be run: ${cause.message}: check SPLUNK_QUERY`);
  }
  const exporter = new Exporter(context, search, splunkRequest(values, client, CALL));
  if (!search.isDivisible) return exporter.pull(startMs, endMs);
  let widthMs = FIRST_SLICE_MS;
  for (let untilMs = endMs; untilMs > startMs && !rows.refused;) {
    const fromMs = Math.max(startMs, untilMs - widthMs);
    const before = rows.count;
    await exporter.pull(fromMs, untilMs);
    if (rows.count - before < rows.maxRows * FEW) widthMs *= WIDER;
    untilMs = fromMs;
  }
};

/** How one search ended. */
interface Reading {
  /** Results, whether read before or not. */
  results: number;
  /** Those that were not read before. */
  fresh: number;
  /** Whether Splunk said that no result follows. */
  isWhole: boolean;
  /** Whether older rows are wanted. */
  isEnough: boolean;
  /** Why it broke off. */
  problem?: SourceError | undefined;
}

class Exporter {
  readonly #context: PullContext;
  readonly #search: PreparedSearch;
  readonly #request: SplunkRequest;

  constructor(context: PullContext, search: PreparedSearch, request: SplunkRequest) {
    this.#context = context;
    this.#search = search;
    this.#request = request;
  }

  /**
   * All rows of startMs <= time < endMs. A search that breaks off, or that gives as much as was asked for, is followed
   * by another from where it stopped. So is one that ends without saying so, until nothing new comes.
   */
  async pull(startMs: number, endMs: number): Promise<void> {
    const { client } = this.#context;
    const { isDivisible } = this.#search;
    const frontier = new ReadingFrontier();
    let failures = 0;
    for (let widening = 1; ;) {
      const limit = isDivisible ? this.#pageRows() * widening : Infinity;
      const untilMs = isDivisible ? frontier.resumeMs(endMs) : endMs;
      frontier.restart();
      const reading = await this.#read(frontier, startMs, endMs, untilMs, limit);
      const { problem } = reading;
      if (reading.isEnough) return;
      if (problem === undefined && reading.results < limit && (reading.isWhole || reading.fresh === 0)) return;
      if (frontier.isDisordered) throw problem ?? this.#disordered();
      if (problem !== undefined) {
        failures = reading.fresh > 0 ? 0 : failures + 1;
        await client.again(failures, problem);
      } else if (reading.fresh === 0) {
        widening *= 8; // so many rows share an instant
      }
    }
  }

  #pageRows(): number {
    const { rows, pageRowsMax } = this.#context;
    return Math.min(pageRowsMax, PAGE_ROWS, Math.max(0, rows.maxRows - rows.count) + SPARE_ROWS);
  }

  async #read(
    frontier: ReadingFrontier,
    startMs: number,
    endMs: number,
    untilMs: number,
    limit: number,
  ): Promise<Reading> {
    const { client, signal } = this.#context;
    const reading: Reading = { results: 0, fresh: 0, isWhole: false, isEnough: false };
    const answer = await client.stream(this.#request(this.#search.spl(limit), startMs, untilMs));
    try {
      let refusedMs = -Infinity;
      for await (const { results, messages, isLast } of exportLines(answer.body)) {
        this.#check(messages, answer.status);
        // The mark stands on the last result, or on a line of its own.
        if (isLast || results.length > 0) reading.isWhole = isLast;
        for (const result of results) {
          reading.results++;
          const timeMs = this.#timeOf(result);
          if (timeMs < startMs || timeMs >= endMs) continue;
          const taken = this.#take(result, timeMs, frontier);
          if (taken !== 'known') reading.fresh++;
          if (taken === 'refused' && refusedMs === -Infinity) refusedMs = timeMs;
          // Events of about the same instant may still be newer than the one that was refused.
          reading.isEnough = timeMs < refusedMs - SLACK_MS && !frontier.isDisordered;
        }
        if (reading.isEnough) break;
      }
    } catch (cause) {
      signal.throwIfAborted();
      reading.problem = this.#brokenOff(cause, answer.status);
    }
    return reading;
  }

  #take(result: Result, timeMs: number, frontier: ReadingFrontier): 'known' | 'added' | 'refused' {
    const { rows } = this.#context;
    const { message, level, service } = resultRow(result, rows.timestamps);
    if (!frontier.take(timeMs, message, String(level), service ?? '')) return 'known';
    return rows.add(message, timeMs, level, service) ? 'added' : 'refused';
  }

  #timeOf(result: Result): number {
    const timeMs = resultTimeMs(result, this.#context.rows.timestamps);
    if (!Number.isNaN(timeMs)) return timeMs;
    const advice = 'end the query with events, or give its results a _time: check SPLUNK_QUERY';
    throw this.#context.client.error('configuration', CALL, `a result has no time: ${advice}`);
  }

  #check(messages: unknown, status: number): void {
    const failure = failureIn(messages);
    if (failure === undefined) return;
    const { client } = this.#context;
    const words = JSON.stringify(client.shown(failure.said));
    throw client.error(failure.code, CALL, `the search failed with the words ${words}`, status);
  }

  /** @returns the problem of a reading that may go on; throws any other. */
  #brokenOff(cause: unknown, status: number): SourceError {
    const { client } = this.#context;
    if (cause instanceof EndedEarly) return client.error('malformed_answer', CALL, cause.message, status);
    if (cause instanceof NotAnExport) {
      const got = JSON.stringify(client.shown(cause.message));
      const sentence = `its answer is no export but ${got}: check that SPLUNK_URL is the management port's`;
      throw client.error('malformed_answer', CALL, sentence, status);
    }
    const mayGoOn = ['unreachable', 'timed_out', 'rate_limited'];
    if (cause instanceof SourceError && mayGoOn.includes(cause.code)) return cause;
    throw cause;
  }

  #disordered(): SourceError {
    const sentence = 'its events do not come newest first, so the search cannot go on where it stopped';
    return this.#context.client.error('malformed_answer', CALL, `${sentence}: ask for a shorter window`);
  }
}
