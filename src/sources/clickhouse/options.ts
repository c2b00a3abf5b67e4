import type { SourceDeclaration } from '../declaration.ts';

const NAME = { source: String.raw`[^\u0000-\u001f]{1,256}`, allowed: 'a name of at most 256 characters' };

export const CLICKHOUSE: SourceDeclaration = {
  name: 'clickhouse',
  title: 'ClickHouse',
  description: "A table of logs in ClickHouse: the Collector exporter's, or any other",
  isLimited: true,
  pushdown: true,
  checks: 'the user needs the right to SELECT from the table',
  options: [
    {
      key: 'url',
      variable: 'CH_URL',
      kind: 'url',
      required: true,
      destination: true,
      description: 'Address of the HTTP interface: http://clickhouse:8123, https://xyz.clickhouse.cloud:8443',
    },
    { key: 'user', variable: 'CH_USER', description: 'User; default where it is not set' },
    { key: 'password', variable: 'CH_PASSWORD', secret: true, description: 'Password of the user' },
    { key: 'database', variable: 'CH_DATABASE', pattern: NAME, description: 'Database; default where it is not set' },
    { key: 'table', variable: 'CH_TABLE', pattern: NAME, description: 'Table or view; otel_logs where it is not set' },
    {
      key: 'col_timestamp',
      variable: 'CH_COL_TIMESTAMP',
      pattern: NAME,
      description: 'Column of the time: DateTime, DateTime64, Date, text, or a number in s, ms, us or ns',
    },
    { key: 'col_message', variable: 'CH_COL_MESSAGE', pattern: NAME, description: 'Column of the message' },
    {
      key: 'col_level',
      variable: 'CH_COL_LEVEL',
      pattern: NAME,
      description: 'Column of the level: text, Enum, number',
    },
    { key: 'col_service', variable: 'CH_COL_SERVICE', pattern: NAME, description: 'Column of the service' },
    {
      key: 'pushdown',
      variable: 'CH_PUSHDOWN',
      kind: 'flag',
      description:
        'Whether ClickHouse counts the rows itself, so that MAX_ROWS does not hold; where it is not set, it does so ' +
        "for the Collector exporter's table",
    },
  ],
};
