/** What an error says; of one that may quote what was read, and with it the logs of others, its kind alone. */
export function errorText(error: unknown): string {
  if (error instanceof SyntaxError) return error.name;
  return error instanceof Error ? error.message : String(error);
}
