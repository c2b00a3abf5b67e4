import { isMarkedAsUntransferable } from 'node:worker_threads';

/** What may move to another thread instead of being copied: memory that nothing else looks at. */
export function transferable(bytes: Uint8Array): ArrayBuffer[] {
  return ownsItsMemory(bytes) ? [bytes.buffer] : [];
}

/**
 * Gives a request's memory back at once. Left to the collector, blocks outside the heap pile up until it marks the whole
 * heap, which costs more than scoring what was in them.
 */
export function freeMemory(bytes: Uint8Array): void {
  if (ownsItsMemory(bytes)) bytes.buffer.transfer(0);
}

/** A small view of something large belongs to a pool or a parser. */
function ownsItsMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || isMarkedAsUntransferable(buffer)) return false;
  return bytes.length * 2 >= buffer.byteLength;
}
