import protobuf from 'protobufjs/minimal.js';

/** A request of OTLP/HTTP with records of one instant: as protobuf, so that their bodies may be no UTF-8. */
export function otlpRequest(service: string, timeNs: bigint, bodies: readonly Uint8Array[]): Uint8Array {
  const anyValue = (bytes: Uint8Array) => field(1, bytes);
  const attribute = join(field(1, Buffer.from('service.name')), field(2, anyValue(Buffer.from(service))));
  const time = Buffer.alloc(9);
  time.writeUInt8((1 << 3) | 1); // field 1, fixed64
  time.writeBigUInt64LE(timeNs, 1);
  const records = bodies.map((body) => field(2, join(time, field(5, anyValue(body)))));
  return field(1, join(field(1, field(1, attribute)), field(2, join(...records))));
}

/** A field of wire type 2. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return new protobuf.Writer()
    .uint32((number << 3) | 2)
    .bytes(bytes)
    .finish();
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
