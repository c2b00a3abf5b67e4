import type { Socket } from 'node:net';

/**
 * Tells from the first bytes whether a plain-text connection speaks HTTP/2 (RFC 9113 section 3.3, prior knowledge),
 * then hands the socket on with those bytes put back. A socket that sends none in `timeoutMs` is closed.
 */
export function sniffHttp2(socket: Socket, timeoutMs: number, serve: (isHttp2: boolean) => void): void {
  let head = '';
  const onReadable = (): void => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    head += bytes.toString('latin1', 0, PREFACE_START.length);
    // "P" may still become POST, and a read may bring one byte: look again when there are enough.
    const undecided = head.length < PREFACE_START.length && PREFACE_START.startsWith(head);
    held.push(bytes);
    if (undecided) return;
    done();
    socket.unshift(Buffer.concat(held));
    serve(head.startsWith(PREFACE_START));
  };
  const held: Buffer[] = [];
  const destroy = (): void => void socket.destroy();
  const done = (): void => {
    socket.setTimeout(0);
    socket.off('readable', onReadable).off('timeout', destroy).off('end', destroy).off('error', destroy);
  };
  socket.setTimeout(timeoutMs);
  socket.on('readable', onReadable).on('timeout', destroy).on('end', destroy).on('error', destroy);
}

/** No method of HTTP/1 begins so. */
const PREFACE_START = 'PRI';
