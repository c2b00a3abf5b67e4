import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { collectorSnippet } from '../../src/dashboard/views/setup/collector-snippet.ts';
import { RECEIVERS } from '../serve/engine-double.ts';

const exporterOf = (text: string) => (parse(text) as { exporters: Record<string, unknown> }).exporters['otlp_grpc'];

it('the snippet for the Collector has the address, and what this service asks of senders', () => {
  const open = exporterOf(collectorSnippet('logs.example.com', { ...RECEIVERS, token: false, otlp_grpc_port: 14317 }));
  expect(open).toMatchObject({ endpoint: 'logs.example.com:14317', tls: { insecure: true }, timeout: '30s' });
  expect(open).not.toHaveProperty('headers');
  const closed = { ...RECEIVERS, tls: true, client_certificate: true };
  expect(exporterOf(collectorSnippet('fd00::7', closed))).toMatchObject({
    endpoint: '[fd00::7]:4317',
    tls: { ca_file: '/path/to/ca.pem', cert_file: '/path/to/client.pem', key_file: '/path/to/client-key.pem' },
    headers: { authorization: 'Bearer ${env:HALFSPACE_TOKEN}' },
  });
});
