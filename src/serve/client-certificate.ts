import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';
import { isOpenPath } from './signing-secret.ts';

/** Wants a certificate that the CA of callers has signed for every call but `/health` and `/ready`: probes have none. */
export function requireClientCertificate(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const socket = request.raw.socket as TLSSocket;
    if (socket.authorized || isOpenPath(request.url)) return;
    const given = Object.keys(socket.getPeerCertificate()).length > 0;
    if (given) throw strangeCertificate();
    const detail = 'show a client certificate that is signed by the CA in TLS_API_CLIENT_CA_FILE';
    throw new Problem(401, 'unauthenticated', detail);
  });
}

/**
 * Whether bytes could not be read because of the certificate that was shown: of a CA that only has the name of the known
 * one, such as that CA before its renewal, OpenSSL leaves an error behind that ends the connection.
 */
export function failedByCertificate(error: { code?: string }, socket: Socket): boolean {
  return error.code?.startsWith('ERR_SSL_') === true && 'authorizationError' in socket && !!socket.authorizationError;
}

export function strangeCertificate(): Problem {
  const detail =
    'the certificate that was shown is not signed by the CA in TLS_API_CLIENT_CA_FILE, or not valid now; show another';
  return new Problem(401, 'unauthenticated', detail);
}
