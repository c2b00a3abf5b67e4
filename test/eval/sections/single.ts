import type { EvalOptions } from '../eval-options.ts';
import { singleResults } from '../single/single-checks.ts';
import { textTable } from '../text-table.ts';

/** Small streams with one answer each. */
export async function singleSection({ profiles }: EvalOptions): Promise<string> {
  const parts: string[] = [];
  for (const profile of profiles) {
    const results = await singleResults(profile);
    parts.push(
      `## ${profile} profile`,
      textTable(
        ['stream', 'wanted', 'got', ''],
        results.map(({ name, wanted, got, passed }) => [name, wanted, got, passed ? 'met' : 'MISSED']),
        4,
      ),
    );
  }
  return parts.join('\n\n');
}
