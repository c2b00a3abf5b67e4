import type { ExportErrorCode } from './receive/export-error.ts';
import type { LogIntake } from './receive/log-intake.ts';
import type { ReceiverEvent } from './receive/receiver.ts';

type Transport = ReceiverEvent['transport'];

/** How many requests and records came over each transport, and how they ended. */
export class ExportCounts {
  readonly records: Record<Transport, number> = { grpc: 0, http: 0 };
  readonly #outcomes: Record<Transport, Map<'ok' | ExportErrorCode, number>> = { grpc: new Map(), http: new Map() };

  add({ transport, outcome }: ReceiverEvent): void {
    const outcomes = this.#outcomes[transport];
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  requests(): { transport: Transport; outcome: string; count: number }[] {
    return (['grpc', 'http'] as const).flatMap((transport) =>
      Array.from(this.#outcomes[transport], ([outcome, count]) => ({ transport, outcome, count })),
    );
  }

  /** `intake`, with its records counted to `transport`. */
  counting(transport: Transport, intake: LogIntake): LogIntake {
    return {
      accept: async (bytes) => {
        const result = await intake.accept(bytes);
        this.records[transport] += result.records + result.rejected;
        return result;
      },
    };
  }
}
