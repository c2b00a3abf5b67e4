import { describe, expect, test } from 'vitest';
import { isOpen, openPorts, refusalOfOpenPorts } from '../../src/config/is-open.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const ALL = ['OTLP/gRPC', 'OTLP/HTTP', 'REST', 'Watch'];
const TOKENS = { OTLP_BEARER_TOKENS: 'token-of-senders' };
const TLS = { TLS_CERT_FILE: 'tls.crt', TLS_KEY_FILE: 'tls.key' };

describe('ports that others reach', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['nothing is set', {}, ALL],
    ['there is TLS, which asks senders for nothing', TLS, ALL],
    ['senders show tokens', TOKENS, ['REST', 'Watch']],
    ['senders show certificates', { ...TLS, TLS_CLIENT_CA_FILE: 'ca.crt' }, ['REST', 'Watch']],
    ['callers show certificates', { ...TLS, TLS_API_CLIENT_CA_FILE: 'ca.crt' }, ['OTLP/gRPC', 'OTLP/HTTP']],
    ['everybody shows the secret', { SIGNING_SECRET: 'hush' }, []],
    ['an empty secret, which is none', { SIGNING_SECRET: ' ' }, ALL],
  ])('are open where %s', (_what, env, open) => {
    for (const HOST of ['0.0.0.0', '::', '10.1.2.3', '127.1', 'logs.example.com', 'localhost.example.com']) {
      const config = loadConfig({ HOST, ...env });
      expect(openPorts(config)).toEqual(open);
      expect(isOpen(config)).toBe(open.includes('REST'));
      const sentence = `HOST is ${HOST} and ${open.join(', ')} would ask nobody for a secret`;
      const advice = 'set SIGNING_SECRET, or HOST=127.0.0.1, or INSECURE_BIND=true where the network keeps others out';
      expect(refusalOfOpenPorts(config)).toBe(open.length === 0 ? undefined : `${sentence}: ${advice}`);
      expect(refusalOfOpenPorts(loadConfig({ HOST, ...env, INSECURE_BIND: 'true' }))).toBeUndefined();
    }
  });

  test.each(['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1'])('none is open on %s', (HOST) => {
    const config = loadConfig({ HOST });
    expect([isOpen(config), refusalOfOpenPorts(config)]).toEqual([false, undefined]);
  });

  test.each(['localhost', 'LOCALHOST'])('%s is 127.0.0.1, whatever resolves it, and no second address', (HOST) => {
    expect(loadConfig({ HOST }).listen.host).toBe('127.0.0.1');
  });
});
