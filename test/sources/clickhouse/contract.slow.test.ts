import { describe } from 'vitest';
import { CLICKHOUSE } from '../../../src/sources/clickhouse/options.ts';
import { pullClickHouse } from '../../../src/sources/clickhouse/pull-clickhouse.ts';
import { CLICKHOUSE_USER, clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import { CANARY, describeSource } from '../contract/describe-source.ts';
import { otelLogsTable, otelRecord } from './otel-logs.ts';

const { path } = await clickHousePart();

describe.skipIf(path === undefined)('clickhouse', () => {
  describeSource({
    declaration: CLICKHOUSE,
    pull: pullClickHouse,
    store: "ClickHouse 26.7's engine",
    async start(rows) {
      const server = await startClickHouse(path ?? '', CANARY);
      await server.run('CREATE DATABASE IF NOT EXISTS default');
      await server.run(otelLogsTable('otel_logs'));
      await server.insert('otel_logs', rows.map(otelRecord));
      return server;
    },
    values: (url) =>
      new Map([
        ['url', url],
        ['user', CLICKHOUSE_USER],
        ['password', CANARY],
      ]),
    refusals: {
      credentials: {
        kind: 'answer',
        status: 403,
        headers: { 'x-clickhouse-exception-code': '516' },
        body:
          'Code: 516. DB::Exception: reader: Authentication failed: password is incorrect, or there is no user with ' +
          'such name. (AUTHENTICATION_FAILED) (version 26.7.2.1)\n',
      },
      rateLimit: {
        kind: 'answer',
        status: 500,
        headers: { 'x-clickhouse-exception-code': '202' },
        body:
          'Code: 202. DB::Exception: Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES) ' +
          '(version 26.7.2.1)\n',
      },
      badRequest: {
        kind: 'answer',
        status: 404,
        headers: { 'x-clickhouse-exception-code': '60' },
        body: "Code: 60. DB::Exception: Table default.otel_logs doesn't exist. (UNKNOWN_TABLE) (version 26.7.2.1)\n",
      },
    },
  });
});
