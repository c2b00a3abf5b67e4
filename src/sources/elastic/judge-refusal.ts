import type { Judgement } from '../http/source-client.ts';
import { isFields } from './value-at.ts';

/** Causes that are told of one refusal. */
export const CAUSES_MAX = 3;

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

/**
 * What an error of the store says. Its outermost words are mostly "all shards failed"; the causes lie in `root_cause`,
 * in the failed shards and in their `caused_by`.
 */
function elasticMessage(error: unknown): string | undefined {
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

/** What each failed shard says. */
export function reasonsOf(failures: unknown): Record<string, unknown>[] {
  return fieldsIn(failures).flatMap((failure) => fieldsIn([failure['reason']]));
}

function fieldsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as unknown[]).filter((one) => isFields(one)) : [];
}

/** `type: reason`, and the innermost cause, which knows best. */
export function sentenceOf(error: Record<string, unknown>): string | undefined {
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
