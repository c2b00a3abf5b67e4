import type { Judgement } from '../http/source-client.ts';
import { isFields } from './value-at.ts';

const CAUSES_MAX = 3;

/**
 * What an error of the store says. Its outermost words are mostly "all shards failed"; the causes lie in `root_cause`,
 * in the failed shards and in their `caused_by`.
 */
export function elasticMessage(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  if (!isFields(error)) return undefined;
  const roots = [...reasonsOf(error['failed_shards']), ...fieldsIn(error['root_cause']), error];
  const sentences = roots.map((root) => sentenceOf(root)).filter((sentence) => sentence !== undefined);
  // A cause is told once, and not again with less of it.
  const told = sentences.filter(
    (one, i) => !sentences.some((other, j) => other.startsWith(one) && (j < i || other !== one)),
  );
  return told.length === 0 ? innermostReason(error) : told.slice(0, CAUSES_MAX).join('; ');
}

/** For `SourceRequest.judge`: the store's own words of a refusal. */
export function judgeRefusal({ body }: { body: string }): Judgement | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return isFields(value) ? { said: elasticMessage(value['error']) } : undefined;
}

/** What is wrong with an answer of status 200 that is not whole; undefined when nothing is. */
export function incompleteness(
  answer: Record<string, unknown>,
): { code: 'timed_out' | 'vendor_error'; said: string } | undefined {
  const shards = answer['_shards'];
  const failed = isFields(shards) ? shards['failed'] : undefined;
  if (isFields(shards) && typeof failed === 'number' && failed > 0) {
    const why = reasonsOf(shards['failures']).map((reason) => sentenceOf(reason));
    const words = [...new Set(why.filter((sentence) => sentence !== undefined))].slice(0, CAUSES_MAX).join('; ');
    const said = `${failed} of ${String(shards['total'])} shards failed${words === '' ? '' : `: ${words}`}`;
    return { code: 'vendor_error', said };
  }
  if (answer['timed_out'] === true) {
    return { code: 'timed_out', said: 'the store ran out of its own time and gave only part of the rows' };
  }
  const clusters = answer['_clusters'];
  for (const state of ['skipped', 'partial', 'failed']) {
    const count = isFields(clusters) ? clusters[state] : undefined;
    if (typeof count === 'number' && count > 0) {
      return { code: 'vendor_error', said: `${count} of the remote clusters that the index names was ${state}` };
    }
  }
  return undefined;
}

function reasonsOf(failures: unknown): Record<string, unknown>[] {
  return fieldsIn(failures).flatMap((failure) => fieldsIn([failure['reason']]));
}

function fieldsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as unknown[]).filter((one) => isFields(one)) : [];
}

/** `type: reason`, and the innermost cause, which knows best. */
function sentenceOf(error: Record<string, unknown>): string | undefined {
  const { type, reason } = error;
  if (typeof type !== 'string' || type === 'search_phase_execution_exception') return undefined;
  const said = typeof reason === 'string' && reason !== '' ? `${type}: ${reason}` : type;
  const inner = innermostReason(error['caused_by']);
  return inner !== undefined && !said.includes(inner) ? `${said} (${inner})` : said;
}

function innermostReason(error: unknown): string | undefined {
  let reason: string | undefined;
  let cause = error;
  for (let depth = 0; depth < 8 && isFields(cause); depth++) {
    if (typeof cause['reason'] === 'string' && cause['reason'] !== '') reason = cause['reason'];
    cause = cause['caused_by'];
  }
  return reason;
}
