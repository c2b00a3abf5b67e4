import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export const TENANT = 'c0ffee00-1111-4222-8333-444455556666';
export const CLIENT = 'aaaaaaaa-1111-4222-8333-444455556666';
export const WORKSPACE = 'bbbbbbbb-1111-4222-8333-444455556666';
const SCOPE = 'https://api.loganalytics.io/.default';

export interface Table {
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly unknown[])[];
}

export interface AzureServer {
  url: string;
  /** Bodies of the queries that it took. */
  readonly queries: { query: string; timespan?: string }[];
  tokens: number;
  /** How long the tokens are valid that it gives. */
  tokenSeconds: number;
  /** Rows of a result at most; more give an error beside the first ones. */
  rowsMax: number;
  /** Takes the place of the next answer to a query. */
  answer(status: number, body: unknown, headers?: Record<string, string>): void;
  stop(): Promise<void>;
}

export interface AzureServerOptions {
  tables: ReadonlyMap<string, Table>;
  secret: string;
  tls?: { cert: Buffer; key: Buffer };
}

class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

/**
 * A strict stand-in for Microsoft Entra ID and the Log Analytics query API, as documented: checks the form, the token,
 * the path and the body, and runs the few operators that are needed. Azure's own client is held to it in a test.
 */
export async function startAzureServer({ tables, secret, tls }: AzureServerOptions): Promise<AzureServer> {
  const queued: { status: number; body: unknown; headers: Record<string, string> }[] = [];
  const given = new Set<string>();
  const listener: RequestListener = (request, response) => {
    void readAll(request).then((text) => {
      const send = (status: number, body: unknown, headers: Record<string, string> = {}) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      try {
        const path = (request.url ?? '').replace(/\?.*$/, '');
        if (path.endsWith('/.well-known/openid-configuration')) return send(200, metadata(server.url));
        if (path === `/${TENANT}/oauth2/v2.0/token`) return send(200, token(request, text));
        const body = query(request, path, text);
        const next = queued.shift();
        if (next !== undefined) return send(next.status, next.body, next.headers);
        return send(200, run(body));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return send(error.status, error.body);
      }
    });
  };

  function token(request: IncomingMessage, text: string): unknown {
    const form = new URLSearchParams(text);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    if (request.method !== 'POST' || !isForm || form.get('grant_type') !== 'client_credentials') {
      throw new Refusal(400, entraError('invalid_request', 'AADSTS900144: The request body must contain grant_type.'));
    }
    // Other scopes (openid) may stand beside it.
    if (form.get('scope')?.split(' ').includes(SCOPE) !== true) {
      throw new Refusal(400, entraError('invalid_scope', 'AADSTS70011: The provided value for scope is not valid.'));
    }
    if (form.get('client_id') !== CLIENT) {
      throw new Refusal(
        400,
        entraError('unauthorized_client', 'AADSTS700016: Application was not found in the directory.'),
      );
    }
    if (form.get('client_secret') !== secret) {
      throw new Refusal(401, entraError('invalid_client', 'AADSTS7000215: Invalid client secret provided.'));
    }
    const access = `token-${++server.tokens}`;
    given.add(access);
    return {
      token_type: 'Bearer',
      expires_in: server.tokenSeconds,
      ext_expires_in: server.tokenSeconds,
      access_token: access,
    };
  }

  function query(request: IncomingMessage, path: string, text: string): { query: string; timespan?: string } {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined || !given.has(bearer)) {
      throw new Refusal(401, {
        error: { code: 'InvalidTokenError', message: 'Valid authentication was not provided' },
      });
    }
    if (request.method !== 'POST' || path !== `/v1/workspaces/${WORKSPACE}/query`) {
      throw new Refusal(404, { error: { code: 'PathNotFoundError', message: 'The requested path does not exist' } });
    }
    const body = JSON.parse(text) as { query: string; timespan?: string };
    if (typeof body.query !== 'string') throw new Refusal(400, badArgument('BadArgumentError', 'query is missing'));
    server.queries.push(body);
    return body;
  }

  function run(body: { query: string; timespan?: string }): unknown {
    const { columns, rows } = runKql(body, tables);
    const table = { name: 'PrimaryResult', columns, rows: rows.slice(0, server.rowsMax) };
    return rows.length <= server.rowsMax ? { tables: [table] } : { tables: [table], error: CUT };
  }

  const plain = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const server: AzureServer = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(plain.address() as AddressInfo).port}`,
    queries: [],
    tokens: 0,
    tokenSeconds: 3599,
    rowsMax: 500_000,
    answer: (status, body, headers = {}) => void queued.push({ status, body, headers }),
    stop: () =>
      new Promise((resolve) => {
        plain.closeAllConnections();
        plain.close(() => resolve());
      }),
  };
  return server;
}

/** The operators that the source adds, and `where Message has "..."`; everything else is no KQL here. */
function runKql(body: { query: string; timespan?: string }, tables: ReadonlyMap<string, Table>): Table {
  const lines = body.query
    .replaceAll(/\/\/.*$/gm, '')
    .trim()
    .split(/\n\| |\s\|\s(?=where Message)/);
  const [head = '', ...operators] = lines.map((line) => line.trim());
  const table = tables.get(head.startsWith('union isfuzzy=true') ? 'union' : head);
  if (table === undefined) throw new Refusal(400, semantic(`'${head}' could not be resolved to a table`));
  const time = table.columns.findIndex(({ name }) => name === 'TimeGenerated');
  const message = table.columns.findIndex(({ name }) => name === 'Message');
  const ticks = (cells: readonly unknown[]) => String(cells[time]).replace('Z', '').padEnd(27, '0');
  const between = (from: string, to: string) => (cells: readonly unknown[]) =>
    ticks(cells) >= from.replace('Z', '').padEnd(27, '0') && ticks(cells) < to.replace('Z', '').padEnd(27, '0');
  let rows = [...table.rows];
  if (body.timespan !== undefined) {
    const [from, to, ...more] = body.timespan.split('/') as [string, string, ...string[]];
    if (more.length > 0 || Number.isNaN(Date.parse(from) + Date.parse(to))) {
      throw new Refusal(400, badArgument('BadArgumentError', 'timespan is no ISO 8601 interval'));
    }
    rows = rows.filter(between(new Date(from).toISOString(), new Date(to).toISOString()));
  }
  for (const operator of operators) {
    const window = /^where TimeGenerated >= datetime\(([^)]+)\) and TimeGenerated < datetime\(([^)]+)\)$/.exec(
      operator,
    );
    const top = /^top (\d+) by TimeGenerated desc$/.exec(operator);
    const has = /^where Message has "([^"]*)"$/.exec(operator);
    if (window !== null) rows = rows.filter(between(window[1]!, window[2]!));
    else if (top !== null) {
      rows = rows.toSorted((a, b) => (ticks(a) < ticks(b) ? 1 : -1)).slice(0, Number(top[1]));
    } else if (has !== null) rows = rows.filter((cells) => String(cells[message]).includes(has[1]!));
    else throw new Refusal(400, badArgument('SyntaxError', `Query could not be parsed at '${operator}' on line [1,1]`));
  }
  return { columns: table.columns, rows };
}

/** As the API words a result that is cut. */
const CUT = {
  code: 'PartialError',
  message: 'There were some errors when processing your query.',
  details: [
    {
      code: 'EngineError',
      message: 'Something went wrong processing your query.',
      innererror: {
        code: '-2133196797',
        message:
          'The results of this query exceed the set limit of 500000 records, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003).',
        severity: 2,
        severityName: 'Error',
      },
    },
  ],
};

function badArgument(code: string, message: string): unknown {
  const innererror = {
    code,
    message: 'A recognition error occurred in the query.',
    innererror: { code: 'SYN0002', message },
  };
  return {
    error: {
      code: 'BadArgumentError',
      message: 'The request had some invalid properties',
      correlationId: 'x',
      innererror,
    },
  };
}

function semantic(message: string): unknown {
  const innererror = {
    code: 'SemanticError',
    message: 'A semantic error occurred.',
    innererror: { code: 'SEM0100', message },
  };
  return { error: { code: 'BadArgumentError', message: 'The request had some invalid properties', innererror } };
}

function entraError(error: string, description: string): unknown {
  return { error, error_description: description, error_codes: [1], timestamp: '2026-11-20 08:00:00Z', trace_id: 'x' };
}

function metadata(url: string): unknown {
  return {
    token_endpoint: `${url}/${TENANT}/oauth2/v2.0/token`,
    authorization_endpoint: `${url}/${TENANT}/oauth2/v2.0/authorize`,
    issuer: `${url}/${TENANT}/v2.0`,
    jwks_uri: `${url}/${TENANT}/discovery/v2.0/keys`,
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
