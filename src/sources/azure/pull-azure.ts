import { AnswerTooLarge } from '../http/answer-text.ts';
import { pullNewestPages } from '../pull/newest-pages.ts';
import type { Pull, PullContext, PullRequest } from '../pull/pull.ts';
import { entraTokens } from './entra-token.ts';
import { judgeQuery, readQueryAnswer } from './query-answer.ts';
import type { QueryAnswer } from './query-answer.ts';
import { TableReader } from './table-row.ts';
import type { ReadRow } from './table-row.ts';
import { timespan, windowQuery } from './window-query.ts';

const CALL = 'query';
const ENDPOINT = 'https://api.loganalytics.io';
/** National clouds have tokens of their own; all other addresses take those of the public one. */
const NATIONAL = /^api\.loganalytics\.(us|azure\.cn)$/;
const PAGE_ROWS = 20_000;
/** The API's own limit, beside that of 100 MB. */
const PAGE_ROWS_MAX = 500_000;

type Row = ReadRow & { timestampMs: number };

/** The rows that a KQL query over a Log Analytics workspace gives, newest first. */
export const pullAzure: Pull = async (request: PullRequest, context: PullContext) => {
  const { values } = request;
  const { rows, client } = context;
  // Azure's own clients are given the address with its version.
  const base = (values.get('endpoint') ?? ENDPOINT).replace(/(\/v1)?\/*$/, '');
  const url = new URL(`${base}/v1/workspaces/${encodeURIComponent(values.get('workspace_id') ?? '')}/query`);
  const audience = NATIONAL.test(url.hostname) ? `https://${url.hostname}` : ENDPOINT;
  const token = entraTokens(request, context, `${audience}/.default`, () => Date.now());
  const malformed = (sentence: string) => client.error('malformed_answer', CALL, sentence);

  async function fetchPage(startMs: number, endMs: number, limit: number): Promise<Row[] | undefined> {
    const query = windowQuery(values.get('query'), startMs, endMs, limit);
    const asked = {
      call: CALL,
      url,
      headers: { authorization: `Bearer ${await token()}` },
      body: { query, timespan: timespan(startMs, endMs) },
      judge: judgeQuery,
    };
    const answer = await client.json(asked).then(readQueryAnswer, (error: Error): QueryAnswer => {
      if (error.cause instanceof AnswerTooLarge) return { kind: 'too_large' };
      throw error;
    });
    if (answer.kind === 'too_large') return undefined;
    if (answer.kind === 'failed') {
      const said = JSON.stringify(client.shown(answer.said));
      throw client.error(
        'vendor_error',
        CALL,
        `it answered 200 with only a part of the rows, and the words ${said}`,
        200,
      );
    }
    if (answer.kind === 'malformed') throw malformed(answer.why);
    const reader = new TableReader(answer.columns);
    return answer.rows.map((cells) => {
      const timestampMs = reader.timeMsOf(cells);
      if (Number.isNaN(timestampMs)) throw malformed('a row has no TimeGenerated: the query must leave it as it is');
      return { timestampMs, ...reader.read(cells, rows.timestamps) };
    });
  }

  await pullNewestPages<Row>(
    rows,
    {
      fetch: fetchPage,
      timeMsOf: ({ timestampMs }) => timestampMs,
      add: ({ message, timestampMs, level, service }) => rows.add(message, timestampMs, level, service),
      malformed,
    },
    { rows: Math.max(1, Math.min(PAGE_ROWS, context.pageRowsMax)), rowsMax: PAGE_ROWS_MAX },
  );
};
