/** What a connection ended with, in the words of who asked for it rather than of Node or OpenSSL. */
export function connectionProblem(error: unknown, isTls: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND') return 'there is no such host';
  if (isTls && isPlainAnswer(message)) return 'what listens there speaks no TLS';
  // Node's message for a server that closes a connection before it has answered.
  if (!isTls && message === 'socket hang up')
    return 'the connection was closed without an answer, which is what a port with TLS does to plain HTTP';
  return message.trim();
}

/** How OpenSSL tells of bytes that are no TLS. */
export function isPlainAnswer(message: string): boolean {
  return /wrong version number|packet length too long|http request/.test(message);
}
