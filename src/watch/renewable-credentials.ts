import { ServerCredentials } from '@grpc/grpc-js';
import type { Certificate } from '../security/certificate.ts';

/** Gives grpc-js each new certificate for the connections that come after it. */
export class RenewableCredentials extends ServerCredentials {
  constructor(certificate: Certificate) {
    const { requestCert, rejectUnauthorized, ...context } = certificate.for('callers');
    super({ requestCert, rejectUnauthorized }, context);
    certificate.onRenewed(() => this.updateSecureContextOptions(certificate.for('callers')));
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
