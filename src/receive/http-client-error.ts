import type { Socket } from 'node:net';
import { answersAnother, isPipelineOver } from '../security/http1-pipelines.ts';

/**
 * Answers what Node's parser refused before it became a request: bytes that are not HTTP, Content-Length together with
 * Transfer-Encoding, headers that are too large (431) or too slow (408). Then the connection is closed, for nobody
 * knows where the next request starts.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || isPipelineOver(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable || answersAnother(socket)) {
    socket.destroy();
    return;
  }
  const [status, reason] = STATUS_BY_CODE.get(error.code ?? '') ?? ['400 Bad Request', 'this is not a valid request'];
  const body = `${reason}\n`;
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
  socket.destroySoon();
}

const STATUS_BY_CODE: ReadonlyMap<string, [status: string, reason: string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'the request was not complete in time']],
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'the headers are larger than 64 KiB']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', ['413 Payload Too Large', 'the chunk extensions are too large']],
]);
