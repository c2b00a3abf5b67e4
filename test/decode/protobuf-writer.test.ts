import { expect, test } from 'vitest';
import { ProtobufWriter } from '../../src/decode/protobuf-writer.ts';

test('a writer that once needed more than a mebibyte gives that back, and else keeps its room', () => {
  const writer = new ProtobufWriter();
  writer.reserve(900_000);
  writer.clear();
  expect(writer.bytes.length).toBe(900_000);
  writer.reserve(5 << 20);
  writer.at = 5 << 20;
  expect(writer.finish().length).toBe(5 << 20);
  expect(writer.bytes.length).toBeLessThanOrEqual(1 << 20);
});
