import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/decode/decode-error.ts';
import { RESOURCES_MAX, RequestRoutes, routeRequest, serviceOf } from '../../src/decode/logs-request.ts';
import { ServiceNames, shardOf } from '../../src/decode/service-names.ts';
import { decoded } from './decoded.ts';
import { encodeLogsRequest } from './otlp-samples.ts';
import type { SampleResource } from './otlp-samples.ts';

const record = { body: 'x' };

function routesOf(bytes: Uint8Array, attributes = ['service.name']) {
  const services = new ServiceNames({ attributes, shards: 4 });
  const routes = new RequestRoutes();
  routeRequest(bytes, services, routes);
  return Array.from({ length: routes.count }, (_, i) => {
    const { name, shard } = routes.service[i]!;
    expect(serviceOf(bytes, routes.start[i]!, routes.end[i]!, services).name).toBe(name);
    return { name, shard };
  });
}

const namesOf = (...resources: SampleResource[]) => routesOf(encodeLogsRequest(...resources)).map(({ name }) => name);

describe('the service of a resource', () => {
  it('D10: is its service.name, each resource its own', () => {
    const names = ['checkout', 'Zahlung-ü', 'unknown_service:node', '__proto__', 'a\u0000b\n'];
    expect(namesOf(...names.map((service) => ({ service, records: [record] })))).toEqual(names);
  });

  it('D10: is unknown_service without one, or with one that is empty or no text', () => {
    const attributes = [{}, { 'service.name': '' }, { 'service.name': 7 }, { 'service.name': null }];
    expect(namesOf(...attributes.map((some) => ({ attributes: some, records: [record] })))).toEqual(
      attributes.map(() => 'unknown_service'),
    );
    expect(routesOf(Uint8Array.of(10, 4, 0x12, 2, 0x12, 0)).map(({ name }) => name)).toEqual(['unknown_service']);
  });

  it('D10: does not change with its namespace', () => {
    const attributes = { 'service.namespace': 'shop', 'service.instance.id': 'i-1' };
    expect(namesOf({ service: 'cart', attributes, records: [record] })).toEqual(['cart']);
  });

  it('D10: comes from the attributes of the resource, not of a record or scope', () => {
    const attributes = { 'service.name': 'wrong' };
    const scope = { name: 'n', attributes };
    expect(namesOf({ scope, records: [{ body: 'x', attributes }] })).toEqual(['unknown_service']);
  });

  it('is sought in the attributes given, in their order', () => {
    const order = ['service.name', 'k8s.deployment.name', 'host.name'];
    const host = { 'host.name': 'h', 'k8s.deployment.name': 'd' };
    const bytes = encodeLogsRequest(
      { attributes: host, records: [record] },
      { service: 's', attributes: host, records: [record] },
      { attributes: { 'service.name': '', 'host.name': 'h' }, records: [record] },
    );
    expect(routesOf(bytes, order).map(({ name }) => name)).toEqual(['d', 's', 'h']);
  });

  it('is cut at 256 bytes, at a code point', () => {
    expect(namesOf({ service: 'é'.repeat(5000), records: [record] })).toEqual(['é'.repeat(128)]);
    expect(namesOf({ service: `x${'é'.repeat(5000)}`, records: [record] })).toEqual([`x${'é'.repeat(127)}`]);
    expect(namesOf({ service: 'a'.repeat(10_000), records: [record] })).toEqual(['a'.repeat(256)]);
  });

  it('belongs to the same shard whoever asks', () => {
    for (const { name, shard } of routesOf(encodeLogsRequest({ service: 'cart', records: [record] }))) {
      expect(shard).toBe(shardOf(name, 4));
    }
  });

  it('S10: of a hundred thousand names is told right with a cache that has a bound', () => {
    const services = new ServiceNames({ attributes: ['service.name'], shards: 4 });
    const routes = new RequestRoutes();
    for (let i = 0; i < 100_000; i += 1000) {
      const names = Array.from({ length: 1000 }, (_, n) => `service-${i + n}`);
      routeRequest(encodeLogsRequest(...names.map((service) => ({ service, records: [record] }))), services, routes);
      expect(routes.service.slice(0, routes.count).map(({ name }) => name)).toEqual(names);
    }
  });

  it('is built once for a name that comes again', () => {
    const services = new ServiceNames({ attributes: ['service.name'], shards: 4 });
    const routes = new RequestRoutes();
    routeRequest(encodeLogsRequest({ service: 'cart', records: [record] }), services, routes);
    const first = routes.service[0];
    routeRequest(encodeLogsRequest({ service: 'cart', records: [record] }), services, routes);
    expect(routes.service[0]).toBe(first);
  });

  it('is kept when the memory that it came in is used for something else', () => {
    const services = new ServiceNames({ attributes: ['service.name'], shards: 4 });
    const routes = new RequestRoutes();
    const memory = Buffer.from(encodeLogsRequest({ service: 'cart', records: [record] }));
    routeRequest(memory, services, routes);
    const first = routes.service[0];
    memory.set(encodeLogsRequest({ service: 'user', records: [record] }));
    routeRequest(memory, services, routes);
    expect(routes.service[0]!.name).toBe('user');
    routeRequest(encodeLogsRequest({ service: 'cart', records: [record] }), services, routes);
    expect(routes.service[0]).toBe(first);
  });

  it('counts several resource messages as one', () => {
    const [left, right] = ['cart', 'other'].map((service) => encodeLogsRequest({ service, records: [] }).subarray(2));
    // Each is resource_logs { resource } less its own header: two resources and two scopes in one envelope.
    const scope = Uint8Array.of(0x12, 2, 0x12, 0);
    const inner = Buffer.concat([Uint8Array.of(10, 0), left!, right!, scope]);
    expect(routesOf(Buffer.concat([Uint8Array.of(10, inner.length), inner])).map(({ name }) => name)).toEqual(['cart']);
  });
});

describe('a request', () => {
  it('G9: without bytes, and D19: envelopes with nothing in them, give nothing', () => {
    expect(routesOf(new Uint8Array(0))).toEqual([]);
    expect(routesOf(encodeLogsRequest({ service: 's', records: [] }))).toEqual([]);
    expect(routesOf(Uint8Array.of(10, 0, 10, 2, 18, 0))).toEqual([]);
  });

  it('D11: may have no scope, or one with a name, version, attributes and schema', () => {
    const scope = { name: '', version: '1', attributes: { a: 1 } };
    const bytes = encodeLogsRequest({ service: 's', schemaUrl: 'http://x', scope, records: [record, record] });
    expect(decoded(bytes).map(({ message }) => message)).toEqual(['x', 'x']);
  });

  it('D16: of the old shape is read where there is nothing in the new one', () => {
    const old = protobuf.Writer.create();
    old.uint32(10).fork().uint32(8002).fork().uint32(18).fork().uint32(42).fork().uint32(10).string('old');
    const bytes = old.ldelim().ldelim().ldelim().ldelim().finish();
    expect(decoded(bytes)).toMatchObject([{ service: 'unknown_service', message: 'old' }]);
    const both = Buffer.concat([bytes.subarray(2), encodeLogsRequest({ service: 's', records: [record] }).subarray(2)]);
    expect(decoded(Buffer.concat([Uint8Array.of(10, both.length), both]))).toMatchObject([{ message: 'x' }]);
  });

  it('D17: with reserved and later fields of every wire type at every level is read past them', () => {
    const junk = protobuf.Writer.create();
    junk.uint32((100 << 3) | 0).uint64(2 ** 60);
    junk.uint32((101 << 3) | 1).fixed64(1);
    junk.uint32((102 << 3) | 2).string('junk');
    junk
      .uint32((103 << 3) | 3)
      .uint32((1 << 3) | 3)
      .uint32((2 << 3) | 5)
      .fixed32(1)
      .uint32((1 << 3) | 4);
    junk.uint32((103 << 3) | 4);
    junk.uint32((104 << 3) | 5).fixed32(7);
    const unknown = junk.finish();
    const wrap = (field: number, ...parts: Uint8Array[]) => {
      const inner = Buffer.concat([unknown, ...parts, unknown]);
      return protobuf.Writer.create()
        .uint32((field << 3) | 2)
        .bytes(inner)
        .finish();
    };
    const value = wrap(2, wrap(1).subarray(0, 0), protobuf.Writer.create().uint32(10).string('cart').finish());
    const name = protobuf.Writer.create().uint32(10).string('service.name').finish();
    const entities = protobuf.Writer.create().uint32(26).string('entity_refs').finish();
    const resource = wrap(1, wrap(1, name, value), entities);
    const reservedName = protobuf.Writer.create().uint32(34).string('name').finish();
    const log = wrap(2, reservedName, wrap(5, protobuf.Writer.create().uint32(10).string('hello').finish()));
    const bytes = Buffer.concat([unknown, wrap(1, resource, wrap(2, log)), unknown]);
    expect(decoded(bytes)).toMatchObject([{ service: 'cart', message: 'hello' }]);
  });

  it('D18: that comes twice is read the same twice', () => {
    const bytes = encodeLogsRequest({
      service: 's',
      records: [{ body: 'a', timeUnixNano: 9_000_000n }, { body: { b: 1 } }],
    });
    expect(decoded(bytes)).toEqual(decoded(bytes));
  });

  it('reads the last of a field that is given twice', () => {
    const body = (text: string) => protobuf.Writer.create().uint32(42).fork().uint32(10).string(text).ldelim().finish();
    const severity = (value: number) => protobuf.Writer.create().uint32(16).int32(value).finish();
    const log = Buffer.concat([body('first'), severity(9), body('last'), severity(17)]);
    const scope = protobuf.Writer.create().uint32(18).bytes(log).finish();
    const resource = protobuf.Writer.create().uint32(18).bytes(scope).finish();
    expect(decoded(protobuf.Writer.create().uint32(10).bytes(resource).finish())).toMatchObject([
      { message: 'last', level: 'error' },
    ]);
  });

  it.each<[string, number[]]>([
    ['a length beyond the end', [10, 5, 1]],
    ['a length beyond 2^32', [10, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a varint that is cut off', [10, 0x80]],
    ['a varint of eleven bytes', [16, ...Array<number>(11).fill(0x80), 1]],
    ['field number 0', [2, 0]],
    ['wire type 7', [15]],
    ['wire type 6 of an unknown field', [0x7e]],
    ['the end of a group that has not begun', [(9 << 3) | 4]],
    ['a group that does not end', [(9 << 3) | 3, 8, 1]],
    ['the end of another group', [(9 << 3) | 3, (8 << 3) | 4]],
    ['groups 65 deep, each with its end', groups(65)],
    ['resource_logs as a number', [8, 1]],
    ['a resource that is a number', [10, 2, 8, 1]],
    ['log_records as a number', [10, 4, 18, 2, 16, 1]],
    ['a time as a varint', [10, 6, 18, 4, 18, 2, 8, 1]],
    ['a time that is cut off', [10, 9, 18, 7, 18, 5, 9, 1, 2, 3, 4]],
    ['a body as a number', [10, 6, 18, 4, 18, 2, 40, 1]],
    ['a string beyond its body', [10, 8, 18, 6, 18, 4, 42, 2, 10, 9]],
    ['a string value as a number', [10, 8, 18, 6, 18, 4, 42, 2, 8, 9]],
  ])('G13: with %s is refused with the byte where it is', (_, bytes) => {
    const error = thrown(() => decoded(Uint8Array.from(bytes)));
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({
      code: 'malformed_protobuf',
      message: expect.stringMatching(/^malformed protobuf at byte \d+: got .+, expected .+/),
    });
  });

  it('G13: with groups 64 deep is read', () => {
    expect(decoded(Uint8Array.from(groups(64)))).toEqual([]);
  });

  it('S15: of more resources than any program sends is refused', () => {
    const empty = Uint8Array.of(10, 4, 18, 2, 18, 0);
    const bytes = Buffer.concat(Array<Uint8Array>(RESOURCES_MAX + 1).fill(empty));
    expect(routesOf(bytes.subarray(empty.length))).toHaveLength(RESOURCES_MAX);
    expect(() => routesOf(bytes)).toThrow(/more than 65536 resources/);
  });
});

/** So many groups of an unknown field, one in the other. */
function groups(depth: number): number[] {
  return [...Array<number>(depth).fill((9 << 3) | 3), ...Array<number>(depth).fill((9 << 3) | 4)];
}

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
