import type { SourceClient } from '../http/source-client.ts';
import { AnswerTooLarge } from '../http/answer-text.ts';
import { pullNewestPages } from '../pull/newest-pages.ts';
import type { Pull } from '../pull/pull.ts';
import { graphqlFailure, memberOf } from './graphql-failure.ts';
import { FIELDS, readResult, resultTimeMs } from './log-result.ts';
import type { Result } from './log-result.ts';
import { conditionFault } from './where-condition.ts';

const CALL = 'NerdGraph nrql';
const HOSTS = { us: 'https://api.newrelic.com', eu: 'https://api.eu.newrelic.com' };
/** NRQL's own limit of a query's rows. */
const PAGE_ROWS_MAX = 5000;
/** A full page has 13 KiB for each log; of larger ones fewer are asked for. */
const PAGE_BYTES_MAX = 64 << 20;
const TOO_LARGE = Symbol('too large');

export const DOCUMENT =
  'query ($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql, timeout: 100) { results } } } }';

/** Logs by NRQL over NerdGraph, newest first: a query gives 5,000 rows at most, so the window is paged by time. */
export const pullNewRelic: Pull = async ({ values }, { rows, client, pageRowsMax }) => {
  const condition = values.get('query');
  const fault = condition === undefined ? undefined : conditionFault(condition);
  if (fault !== undefined) throw client.error('configuration', CALL, `NR_QUERY ${fault}`);
  const ask = asker(values, client);
  const limit = Math.max(1, Math.min(PAGE_ROWS_MAX, pageRowsMax));
  await pullNewestPages<Result>(
    rows,
    {
      fetch: (startMs, endMs, most) => ask(nrqlOf(condition, startMs, endMs, most)),
      timeMsOf: resultTimeMs,
      add(result) {
        const { message, level, service } = readResult(result);
        return rows.add(message, resultTimeMs(result), level, service);
      },
      malformed: (sentence) => client.error('malformed_answer', CALL, sentence),
    },
    { rows: limit, rowsMax: PAGE_ROWS_MAX },
  );
};

/** SINCE and UNTIL choose what is looked through; that the end is not part of it, the condition says. */
function nrqlOf(condition: string | undefined, startMs: number, endMs: number, limit: number): string {
  const fields = FIELDS.map((name) => `\`${name}\``).join(', ');
  const own = condition === undefined ? '' : ` AND (${condition})`;
  return (
    `SELECT timestamp, message, ${fields} FROM Log ` +
    `WHERE timestamp >= ${startMs} AND timestamp < ${endMs}${own} ` +
    `SINCE ${startMs} UNTIL ${endMs} ORDER BY timestamp DESC LIMIT ${limit}`
  );
}

/** Gives undefined for an answer that is too large to hold. */
function asker(
  values: ReadonlyMap<string, string>,
  client: SourceClient,
): (nrql: string) => Promise<Result[] | undefined> {
  const host = values.get('url') ?? HOSTS[values.get('region') === 'eu' ? 'eu' : 'us'];
  const url = new URL(`${host.replace(/\/+$/, '').replace(/\/graphql$/, '')}/graphql`);
  const headers = { 'api-key': values.get('api_key') ?? '' };
  const account = Number(values.get('account_id'));
  return async (nrql) => {
    for (let tried = 0; ; tried++) {
      const body = { query: DOCUMENT, variables: { account, nrql } };
      const asked = { call: CALL, url, headers, body, bytesMax: PAGE_BYTES_MAX };
      const answer = await client.json(asked).catch((error: Error) => {
        if (error.cause instanceof AnswerTooLarge) return TOO_LARGE;
        throw error;
      });
      if (answer === TOO_LARGE) return undefined;
      const failure = graphqlFailure(answer);
      if (failure === undefined) return resultsOf(answer, client);
      const check = failure.code === 'credentials_refused' ? ': check NR_API_KEY, NR_ACCOUNT_ID and NR_REGION' : '';
      const words = JSON.stringify(client.shown(failure.said));
      const problem = client.error(failure.code, CALL, `it answered with the words ${words}${check}`, 200);
      if (!failure.isPassing) throw problem;
      await client.again(tried, problem);
    }
  };
}

function resultsOf(answer: unknown, client: SourceClient): Result[] {
  const nrql = memberOf(memberOf(memberOf(memberOf(answer, 'data'), 'actor'), 'account'), 'nrql');
  const results = memberOf(nrql, 'results');
  const isList = Array.isArray(results) && results.every((one) => typeof one === 'object' && one !== null);
  if (isList && (results as Result[]).every((result) => !Number.isNaN(resultTimeMs(result))))
    return results as Result[];
  throw client.error('malformed_answer', CALL, 'its answer has no list of logs with a timestamp each', 200);
}
