/**
 * Whether a web origin is the one that `pattern` names, in either case. One `*` stands for any text:
 * `https://*.example.com`, or `*` alone. Configuration lets no pattern with two of them through.
 */
export function matchesOrigin(pattern: string, origin: string): boolean {
  const lower = origin.toLowerCase();
  const [prefix = '', suffix] = pattern.toLowerCase().split('*');
  if (suffix === undefined) return lower === prefix;
  return lower.length >= prefix.length + suffix.length && lower.startsWith(prefix) && lower.endsWith(suffix);
}
