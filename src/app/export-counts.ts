import type { ExportErrorCode } from '../receive/export-error.ts';
import type { LogIntake } from '../receive/log-intake.ts';
import type { ReceiverEvent } from '../receive/receiver.ts';

type Transport = ReceiverEvent['transport'];

/** How many requests and records came over each transport, and how they ended. */
export class ExportCounts {
  readonly records: Record<Transport, number> = { grpc: 0, http: 0 };
  readonly bytes: Record<Transport, number> = { grpc: 0, http: 0 };
  readonly #outcomes: Record<Transport, Map<'ok' | ExportErrorCode, number>> = { grpc: new Map(), http: new Map() };

  add({ transport, outcome, bytes }: ReceiverEvent): void {
    this.bytes[transport] += bytes;
    const outcomes = this.#outcomes[transport];
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  requests(): { transport: Transport; outcome: string; count: number }[] {
    return (['grpc', 'http'] as const).flatMap((transport) =>
      Array.from(this.#outcomes[transport], ([outcome, count]) => ({ transport, outcome, count })),
    );
  }

  /** `intake`, with its records counted to `transport`; `onScored` is told how long each request took, in seconds. */
  counting(
    transport: Transport,
    intake: LogIntake,
    onScored: (transport: Transport, seconds: number) => void,
  ): LogIntake {
    return {
      accept: async (bytes) => {
        const startedMs = performance.now();
        const result = await intake.accept(bytes);
        this.records[transport] += result.records + result.rejected;
        onScored(transport, (performance.now() - startedMs) / 1000);
        return result;
      },
    };
  }
}
