import type { PullContext, PullRequest } from '../pull/pull.ts';
import type { AwsKeys } from './aws-signature.ts';

const PACKAGE = '@aws-sdk/client-cloudwatch-logs';
const INSTALL = `npm install ${PACKAGE}`;
/** AWS's own hosts. The chain's keys are the machine's: they sign calls to nobody else. */
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov)$/;
/** Partitions whose hosts end otherwise, by how their regions begin. */
const SUFFIXES: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
];

/** Where calls go and how they are signed. */
export interface AwsAccount {
  url: URL;
  region: string;
  /** Keys as they are valid now. */
  keys(): Promise<AwsKeys>;
}

/** What the SDK finds in the environment, profiles, web identity, container and machine. */
export interface AwsChain {
  region(): Promise<string>;
  credentials(): Promise<AwsKeys>;
}

/**
 * The keys that are configured, else those of AWS's own chain, for which alone AWS's client has to be there.
 *
 * @param loadChain loads it; the default does so when it is first needed.
 */
export async function openAwsAccount(
  { values }: PullRequest,
  { client }: PullContext,
  loadChain: () => Promise<AwsChain> = loadSdkChain,
): Promise<AwsAccount> {
  const refuse = (sentence: string, cause?: unknown) => {
    const error = client.error('configuration', 'credentials', sentence);
    if (cause !== undefined) error.cause = cause;
    return error;
  };
  const [accessKeyId, secretAccessKey] = [values.get('access_key_id'), values.get('secret_access_key')];
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw refuse('CW_ACCESS_KEY_ID and CW_SECRET_ACCESS_KEY have to be set together');
  }

  let chain: AwsChain | undefined;
  const chained = async (): Promise<AwsChain> => {
    try {
      return (chain ??= await loadChain());
    } catch (cause) {
      const wanted = 'set CW_ACCESS_KEY_ID, CW_SECRET_ACCESS_KEY and CW_REGION';
      throw refuse(`${wanted}, or install the optional package that finds AWS's own: ${INSTALL}`, cause);
    }
  };
  const region = values.get('region') ?? (await chainRegion());
  const url = new URL(values.get('endpoint') ?? regionUrl(region));
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const keys = { accessKeyId, secretAccessKey, sessionToken: values.get('session_token') };
    return { url, region, keys: () => Promise.resolve(keys) };
  }
  if (!AWS_HOST.test(url.hostname)) {
    const why = `the machine's own AWS credentials are not used for ${url.hostname}, which is not AWS's`;
    throw refuse(`${why}: set CW_ACCESS_KEY_ID and CW_SECRET_ACCESS_KEY`);
  }
  return { url, region, keys: chainKeys };

  async function chainRegion(): Promise<string> {
    const { region: find } = await chained();
    try {
      return await find();
    } catch (cause) {
      throw refuse('no region is known: set CW_REGION or AWS_REGION', cause);
    }
  }

  async function chainKeys(): Promise<AwsKeys> {
    const { credentials } = await chained();
    try {
      return await credentials();
    } catch (cause) {
      const said = client.shown(cause instanceof Error ? cause.message : String(cause));
      const sentence = `AWS's own chain gives no credentials (${said}): set CW_ACCESS_KEY_ID and CW_SECRET_ACCESS_KEY`;
      throw refuse(sentence, cause);
    }
  }
}

/** Imported when first needed: it takes its time, and is optional. */
async function loadSdkChain(): Promise<AwsChain> {
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const { config } = new CloudWatchLogsClient({});
  return { region: () => config.region(), credentials: () => config.credentials() };
}

function regionUrl(region: string): string {
  const suffix = SUFFIXES.find(([start]) => region.startsWith(start))?.[1] ?? 'amazonaws.com';
  return `https://logs.${region}.${suffix}/`;
}
