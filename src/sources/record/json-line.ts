/** The object that a line is in JSON, undefined when it is none. Looks before it parses: most lines are no JSON. */
export function jsonObjectOf(line: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(line) || !/\}\s*$/.test(line.slice(-64))) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
