import { CAUSES_MAX, reasonsOf, sentenceOf } from './judge-refusal.ts';
import { isFields } from './value-at.ts';

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
