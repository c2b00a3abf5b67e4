import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const KEYS = { accessKeyId: 'AKIDLOOPBACK', secretAccessKey: 'a/very+secret key' };
export const REGION = 'eu-central-1';

export interface StoredEvent {
  group: string;
  timestamp: number;
  message: string;
}

export type Input = Record<string, unknown>;
type Answer = Record<string, unknown>;

export interface LogsServer {
  url: string;
  /** Calls so far, by action. */
  readonly calls: { action: string; input: Input }[];
  /** Takes the place of the next answers to an action, in order; thrown is answered as an error. */
  answer(action: string, ...answers: ((input: Input) => Answer)[]): void;
  stop(): Promise<void>;
}

/** Thrown by an action: its name and AWS's sentence. */
export class Refusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * A strict stand-in for CloudWatch Logs: checks signatures (as AWS documents Signature Version 4) and parameters, and
 * runs the few Insights commands that are needed. AWS's own client is held to it in a test.
 */
export async function startLogsServer(
  events: readonly StoredEvent[],
  /** False behind a proxy, which changes the host that was signed. */
  isSigned = true,
): Promise<LogsServer> {
  const calls: LogsServer['calls'] = [];
  const queued: { action: string; answer: (input: Input) => Answer }[] = [];
  const queries = new Map<string, { rows: Answer[][]; polls: number }>();

  function startQuery(input: Input): Answer {
    const { startTime, endTime, queryString, limit } = input as Record<string, number> & { queryString: string };
    const groups = (input['logGroupNames'] ?? input['logGroupIdentifiers']) as string[] | undefined;
    if (!Array.isArray(groups)) throw new Refusal('InvalidParameterException', 'no log group');
    if (!(startTime! <= endTime!) || endTime! > 1e11) throw new Refusal('InvalidParameterException', 'bad time range');
    if (limit !== undefined && (limit < 1 || limit > 10_000))
      throw new Refusal('InvalidParameterException', 'bad limit');
    for (const group of groups) {
      if (!events.some((event) => event.group === group)) {
        throw new Refusal('ResourceNotFoundException', 'Log group does not exist.');
      }
    }
    const inRange = events.filter(
      ({ group, timestamp }) =>
        groups.includes(group) && timestamp >= startTime! * 1000 && timestamp < (endTime! + 1) * 1000,
    );
    const queryId = `query-${queries.size}`;
    queries.set(queryId, { rows: runQuery(queryString, inRange), polls: 0 });
    return { queryId };
  }

  function getQueryResults({ queryId }: Input): Answer {
    const query = queries.get(String(queryId));
    if (query === undefined) throw new Refusal('ResourceNotFoundException', 'Query does not exist.');
    const status = ['Scheduled', 'Running', 'Complete'][Math.min(2, query.polls++)]!;
    // What a running query has found so far is not its result.
    const results = status === 'Complete' ? query.rows : query.rows.slice(0, 1);
    return { status, results: status === 'Scheduled' ? [] : results, statistics: {} };
  }

  const actions: Record<string, (input: Input) => Answer> = {
    StartQuery: startQuery,
    GetQueryResults: getQueryResults,
    StopQuery: () => ({ success: true }),
    FilterLogEvents: () => ({ events: [], searchedLogStreams: [] }),
  };

  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const action = /^Logs_20140328\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
      let status = 200;
      let answer: Answer;
      try {
        if (isSigned) checkSignature(request, body);
        const input = JSON.parse(body) as Input;
        calls.push({ action, input });
        const at = queued.findIndex((one) => one.action === action);
        const act = at < 0 ? actions[action] : queued.splice(at, 1)[0]?.answer;
        if (act === undefined) throw new Refusal('UnknownOperationException', 'no such action');
        answer = act(input);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        status = 400;
        answer = { __type: `com.amazonaws.logs#${error.type}`, message: error.message };
      }
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: (action, ...answers) => void queued.push(...answers.map((answer) => ({ action, answer }))),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** fields, filter by time or `@message like`, sort and limit; anything else is malformed. */
function runQuery(query: string, events: readonly StoredEvent[]): Answer[][] {
  let rows = [...events];
  let fields: string[] = ['@timestamp', '@message'];
  let limit = 1000;
  const commands = query.split(/\n\| /).map((line) => line.replace(/#.*$/, '').trim());
  for (const command of commands) {
    const [name, rest = ''] = /^(\w+)\s+(.*)$/s.exec(command)?.slice(1) ?? [];
    const window = /^toMillis\(@timestamp\) >= (\d+) and toMillis\(@timestamp\) < (\d+)$/.exec(rest);
    const like = /^@message like \/([^/]*)\/$/.exec(rest);
    if (name === 'fields') fields = rest.split(',').map((field) => field.trim());
    else if (name === 'filter' && window !== null) {
      rows = rows.filter(({ timestamp }) => timestamp >= Number(window[1]) && timestamp < Number(window[2]));
    } else if (name === 'filter' && like !== null) {
      rows = rows.filter(({ message }) => new RegExp(like[1]!).test(message));
    } else if (name === 'sort' && rest === '@timestamp desc') rows.sort((a, b) => b.timestamp - a.timestamp);
    else if (name === 'limit' && /^\d+$/.test(rest)) limit = Number(rest);
    else throw new Refusal('MalformedQueryException', `unexpected symbol found: ${command}`);
  }
  return rows.slice(0, limit).map(({ group, timestamp, message }) => {
    const values: Record<string, string> = {
      '@timestamp': new Date(timestamp).toISOString().replace('T', ' ').replace('Z', ''),
      '@message': message,
      '@log': `123456789012:${group}`,
    };
    const cells = fields.map((field) => ({ field, value: values[field] ?? '' }));
    return [...cells, { field: '@ptr', value: 'CmEK' }];
  });
}

function checkSignature(request: IncomingMessage, body: string): void {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/logs\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (given === null) throw new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const [keyId, day, region, names, signature] = given.slice(1) as [string, string, string, string, string];
  if (keyId !== KEYS.accessKeyId) {
    throw new Refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const date = String(request.headers['x-amz-date']);
  const list = names.split(';');
  const isWhole = ['host', 'x-amz-date', 'x-amz-target'].every((name) => list.includes(name)) && region === REGION;
  const headers = list.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const canonical = `${request.method}\n${request.url}\n\n${headers}\n${names}\n${hash(body)}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${day}/${region}/logs/aws4_request\n${hash(canonical)}`;
  const dayKey = hmac(hmac(`AWS4${KEYS.secretAccessKey}`, day), region);
  const expected = hmac(hmac(hmac(dayKey, 'logs'), 'aws4_request'), text).toString('hex');
  if (isWhole && date.startsWith(day) && expected === signature) return;
  const sentence = 'The request signature we calculated does not match the signature you provided.';
  throw new Refusal('InvalidSignatureException', sentence);
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
