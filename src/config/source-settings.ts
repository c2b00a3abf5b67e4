import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import type { SettingSchema } from './settings.ts';

/** One value that a source is configured by: `key` in `POST /credentials`, `variable` in the environment. */
export interface SourceSetting {
  key: string;
  variable: string;
  /** The source is not configured without it. */
  required: boolean;
  schema: SettingSchema & TSchema;
}

/** Values that a source is configured by, by key. */
export type SourceValues = ReadonlyMap<string, string>;

const text = (description: string, secret = false): TSchema =>
  Type.String({ minLength: 1, maxLength: 16_384, secret, description });

function setting(variable: string, key: string, required: boolean, schema: TSchema): SourceSetting {
  return { key, variable, required, schema };
}

/**
 * The settings of each source that windows can be pulled from. A new source adds an entry and nothing else here.
 */
export const SOURCE_SETTINGS: ReadonlyMap<string, readonly SourceSetting[]> = new Map([
  [
    'file',
    [
      setting('FILE_PATH', 'path', true, text('File of log lines')),
      setting(
        'FILE_FORMAT',
        'format',
        false,
        Type.Enum(['auto', 'json', 'csv', 'text'], { description: 'How the file is written; auto looks at its head' }),
      ),
      setting('FILE_SERVICE', 'service', false, text('Service of rows that name none')),
    ],
  ],
]);

/** Variables of sources that this version does not have. They are known so that setting one is not met with silence. */
const PREFIXES_OF_SOURCES_TO_COME: readonly (readonly [string, RegExp])[] = [
  ['loki', /^LOKI_(URL|API_KEY|QUERY)$/],
  ['newrelic', /^NR_(API_KEY|ACCOUNT_ID)$/],
  ['datadog', /^DD_(API_KEY|APP_KEY|SITE|QUERY)$/],
  ['cloudwatch', /^CW_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|LOG_GROUP|LOG_STREAM)$/],
  ['sentry', /^SENTRY_(AUTH_TOKEN|ORG|PROJECT)$/],
  ['clickhouse', /^CH_(URL|USER|PASSWORD|DATABASE|TABLE|COL_TIMESTAMP|COL_MESSAGE|COL_LEVEL|COL_SERVICE)$/],
];

/** The source that a variable would belong to, were this version able to read from it. */
export function sourceToComeOf(variable: string): string | undefined {
  return PREFIXES_OF_SOURCES_TO_COME.find(([, names]) => names.test(variable))?.[0];
}
