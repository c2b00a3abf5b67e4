import { Problem } from '../serve/problem.ts';
import type { SinksAnswer, SinkTestAnswer } from '../serve/schemas/sinks.ts';
import type { AlertSinks } from '../sinks/alert-sinks.ts';
import { instant } from './answers.ts';

export function sinksAnswer(sinks: AlertSinks | undefined): SinksAnswer {
  const all = sinks?.statuses() ?? [];
  return {
    sinks: all.map(({ name, type, state, pending, counts, lastError, lastDeliveredMs }) => ({
      name,
      type,
      state,
      pending,
      delivered: counts.delivered,
      failed: counts.failed,
      refused: counts.refused,
      given_up: counts.given_up,
      dropped: counts.dropped,
      superseded: counts.superseded,
      ...(lastError === undefined ? {} : { last_error: lastError }),
      ...(lastDeliveredMs === undefined ? {} : { last_delivered: instant(lastDeliveredMs) }),
    })),
  };
}

/** Rejects with a `Problem` 404 when there is no such sink. */
export async function testSink(sinks: AlertSinks | undefined, name: string): Promise<SinkTestAnswer> {
  const tested = await sinks?.test(name);
  if (tested === undefined) {
    const names = sinks?.statuses().map((sink) => sink.name) ?? [];
    const known = names.length === 0 ? 'there are none: set ALERTS_FILE' : `there are ${names.join(', ')}`;
    throw new Problem(404, 'not_found', `no sink is named ${JSON.stringify(name)}; ${known}`);
  }
  const { delivered, status, error, ms } = tested;
  return {
    sink: name,
    delivered,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ms: Math.round(ms),
  };
}
