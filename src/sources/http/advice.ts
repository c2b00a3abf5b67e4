import type { SourceDeclaration } from '../declaration.ts';
import type { SourceErrorCode } from '../source-error.ts';

/**
 * What is to be checked once a store has refused a call, as the end of a sentence; empty where nothing is known.
 *
 * @param given Keys of the values that the source was given.
 */
export function adviceFor(
  code: SourceErrorCode,
  { checks, options }: SourceDeclaration,
  given: ReadonlySet<string>,
  retryAfterSeconds: number | undefined,
): string {
  if (code === 'credentials_refused') {
    const keys = options.filter(({ secret }) => secret === true).map(({ variable }) => variable);
    return `: check ${keys.join(', ')}${checks === undefined ? '' : `; ${checks}`}`;
  }
  if (code === 'configuration') {
    const shown = options.filter(({ key, secret }) => secret !== true && given.has(key));
    return shown.length === 0 ? '' : `: check ${shown.map(({ variable }) => variable).join(', ')}`;
  }
  if (code === 'rate_limited' && retryAfterSeconds !== undefined)
    return `: it may be asked again in ${retryAfterSeconds} s`;
  return '';
}
