import type { Authenticator } from './authenticator.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { ExportErrorCode } from './export-error.ts';
import type { LogIntake } from './log-intake.ts';
import type { Certificate } from '../security/certificate.ts';

/** What every OTLP receiver needs; each transport adds its own. Sizes in bytes, times in milliseconds. */
export interface ReceiverOptions {
  host: string;
  /** 0 takes a free port; `Receiver.port` says which. */
  port: number;
  intake: LogIntake;
  /** Shared by all receivers of the process. */
  budget: ByteBudget;
  /** Undefined: everybody may send. */
  auth: Authenticator | undefined;
  /** Undefined: plain text. */
  tls: Certificate | undefined;
  /** Limit of one request, before and after decompression. */
  requestBytesMax: number;
  /** From a request's first byte to its last. */
  receiveTimeoutMs: number;
  /** Open sockets; more are closed as soon as they are accepted. */
  connectionsMax: number;
  onEvent(event: ReceiverEvent): void;
}

export interface Receiver {
  readonly port: number;
  /** Nothing is accepted once called; requests in flight have `graceMs` to finish, then their sockets are destroyed. */
  stop(graceMs: number): Promise<void>;
}

/** One finished request, for metrics; `bytes` is its size as received. */
export interface ReceiverEvent {
  transport: 'grpc' | 'http';
  outcome: 'ok' | ExportErrorCode;
  bytes: number;
}
