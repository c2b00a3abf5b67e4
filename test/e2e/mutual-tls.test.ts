import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastingFolder, selfSigned, signedBy } from '../receive/certificates.ts';
import type { Certificate } from '../receive/certificates.ts';
import { startHalfspace } from './halfspace.ts';
import type { Addresses, RunningHalfspace } from './halfspace.ts';
import { portOf } from './otlp-client.ts';
import { runCli } from './run-cli.ts';

const TIMEOUT_MS = 60_000;
/** What old clients speak is refused by OpenSSL itself, unless it is asked for. */
const OLD_CIPHERS = 'ALL:@SECLEVEL=0';
/** What is said on each port once there is a connection. HTTP/2 begins with the frame of the server's settings. */
const SPOKEN: readonly [keyof Addresses, string, string][] = [
  ['otlp_grpc', 'h2', ''],
  ['otlp_http', 'http/1.1', 'GET /v1/logs HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ['otlp_http', 'h2', ''],
  ['rest', 'http/1.1', 'GET /sources HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ['watch', 'h2', ''],
];

describe('S23: with CAs for senders and for callers', { timeout: TIMEOUT_MS }, () => {
  const { folder, remove } = lastingFolder();
  const [server, senders, callers, others] = ['server', 'senders', 'callers', 'others'].map((name) =>
    selfSigned(folder, name),
  ) as [Certificate, Certificate, Certificate, Certificate];
  const sender = signedBy(senders, folder, 'sender');
  const caller = signedBy(callers, folder, 'caller');
  const stranger = signedBy(others, folder, 'stranger');
  let halfspace: RunningHalfspace;
  beforeAll(async () => {
    halfspace = await startHalfspace({
      TLS_CERT_FILE: server.certFile,
      TLS_KEY_FILE: server.keyFile,
      TLS_CLIENT_CA_FILE: senders.certFile,
      TLS_API_CLIENT_CA_FILE: callers.certFile,
    });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await halfspace.kill();
    remove();
  });

  describe.each(SPOKEN)('%s over %s', (name, protocol, spoken) => {
    const isForSenders = name.startsWith('otlp');
    const [known, ofTheOtherPorts] = isForSenders ? [sender, caller] : [caller, sender];
    const knock = (shown: Certificate | undefined, more: ConnectionOptions = {}) =>
      outcome({ port: portOf(halfspace.addresses[name]), ALPNProtocols: [protocol], ...own(shown), ...more }, spoken);

    test('lets in who shows a certificate of its CA, by TLS 1.2 and 1.3', async () => {
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const versions = { minVersion: version, maxVersion: version };
        expect([version, await knock(known, versions)]).toEqual([version, 'let in']);
      }
    });

    test('refuses who shows none, one of a strange CA, or one of the other ports', async () => {
      for (const shown of [undefined, stranger, ofTheOtherPorts]) {
        for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
          expect(await knock(shown, { minVersion: version, maxVersion: version })).toBe('refused');
        }
      }
    });

    test('refuses TLS 1.0 and 1.1, whatever is shown', async () => {
      const old = { minVersion: 'TLSv1', ciphers: OLD_CIPHERS } as const;
      for (const maxVersion of ['TLSv1', 'TLSv1.1'] as const) {
        expect(await knock(known, { ...old, maxVersion })).toMatch(/^ERR_SSL_.*ALERT_PROTOCOL_VERSION/);
      }
      expect(await knock(known, { ...old, maxVersion: 'TLSv1.2' }), 'not for its ciphers').toBe('let in');
    });

    test('is not trusted by who trusts another CA', async () => {
      const ca = readFileSync(others.certFile);
      expect(await knock(known, { ca, rejectUnauthorized: true })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    });
  });

  test('the command line comes in with a certificate, and says why it does not without', async () => {
    const { rest, otlp_grpc } = halfspace.addresses;
    const trust = ['--ca', server.certFile];
    const shown = ({ certFile, keyFile }: Certificate) => [...trust, '--cert', certFile, '--key', keyFile];
    const replay = (flags: string[], lines = LINES) =>
      runCli(['replay', '-', '--to', `https://localhost:${portOf(otlp_grpc)}`, '--speed', 'max', ...flags], {}, lines);
    expect((await replay(shown(sender))).code).toBe(0);
    const tail = (flags: string[]) =>
      runCli(['tail', '--url', rest, '--since', '0', '--number', '1', '--json', ...flags]);
    const said = [...Array.from({ length: 300 }, (_, i) => `order ${i} paid`), 'part 7 broke'];
    const rows = said.map((message, i) =>
      JSON.stringify({ message, service: 'shop', level: i < 300 ? 'info' : 'error' }),
    );
    expect((await replay(shown(sender), `${rows.join('\n')}\n`)).code).toBe(0);
    expect(JSON.parse((await tail(shown(caller))).stdout)).toMatchObject({ service: 'shop' });
    expect((await runCli(['tail', '--url', rest, ...trust])).stderr).toContain(
      'is signed by the CA in TLS_API_CLIENT_CA_FILE',
    );
    const refused = await tail(shown(stranger));
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('TLS_API_CLIENT_CA_FILE')]);
    expect((await tail(trust)).stderr).toContain('show a client certificate');
    const mistrusted = await tail(['--ca', others.certFile]);
    expect([mistrusted.code, mistrusted.stderr]).toEqual([
      1,
      expect.stringContaining('is not trusted (--ca names a CA)'),
    ]);
    const half = await tail([...trust, '--cert', caller.certFile]);
    expect([half.code, half.stderr]).toEqual([2, '--cert and --key belong together: give both, or neither\n']);
    const check = await runCli(['healthcheck'], {
      REST_PORT: String(portOf(rest)),
      TLS_CERT_FILE: server.certFile,
      TLS_KEY_FILE: server.keyFile,
    });
    expect(check.code).toBe(0);
  });
});

const LINES = '{"message":"order 1 paid","service":"shop","level":"info"}\n';

function own(shown: Certificate | undefined): ConnectionOptions {
  return shown === undefined ? {} : { cert: readFileSync(shown.certFile), key: readFileSync(shown.keyFile) };
}

/** Whether a connection was let in, refused once its certificate was seen, or the code of what kept it from standing. */
function outcome(options: ConnectionOptions, spoken: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ...options });
    const end = (said: string) => {
      resolve(said);
      socket.destroy();
    };
    socket.once('secureConnect', () => void (spoken !== '' && socket.write(spoken)));
    // With TLS 1.3 a client has its connection before the server has looked at the certificate.
    socket.once('data', (data: Buffer) => end(/^HTTP\/1.1 401/.test(data.toString('latin1')) ? 'refused' : 'let in'));
    socket.once('close', () => end('refused'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isOfCertificate =
        /ECONNRESET|ALERT_(UNKNOWN_CA|CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)|CERTIFICATE_REQUIRED/;
      end(isOfCertificate.test(error.code ?? '') ? 'refused' : (error.code ?? error.message));
    });
  });
}
