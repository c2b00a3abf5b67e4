import { LINE_BYTES_MAX } from './byte-consumer.ts';
import type { ByteConsumer } from './byte-consumer.ts';

/** What a consumer may leave behind, the head, and a whole chunk with room to spare. */
export const BUFFER_BYTES = LINE_BYTES_MAX + (2 << 20);

/**
 * Feeds a reader: keeps what it has not taken, and gives that again with the next chunk behind it.
 *
 * @param buffer where the reader sees the file; of its own when absent.
 */
export async function drive(
  chunks: AsyncIterable<Buffer>,
  consumer: ByteConsumer,
  buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES),
): Promise<void> {
  let filled = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const copied = chunk.copy(buffer, filled, from);
      from += copied;
      filled += copied;
      const taken = consumer.consume(buffer, 0, filled, false);
      buffer.copyWithin(0, taken, filled);
      filled -= taken;
    }
  }
  consumer.consume(buffer, 0, filled, true);
}
