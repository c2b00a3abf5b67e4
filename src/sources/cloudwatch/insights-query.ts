/** They make something else of the lines, or choose which are kept and shown, which is done here. */
const REFUSED: ReadonlySet<string> = new Set([
  'stats',
  'pattern',
  'diff',
  'anomaly',
  'dedup',
  'sort',
  'limit',
  'head',
  'tail',
  'display',
  'source',
]);

/** The first command of a query that cannot be taken, in lower case; undefined when there is none. */
export function refusedCommand(query: string): string | undefined {
  return commandsOf(query)
    .map((command) => /^[a-z]+/i.exec(command)?.[0].toLowerCase() ?? '')
    .find((name) => REFUSED.has(name));
}

/** The newest `limit` lines of startMs <= time < endMs that a user's query leaves, newest first. */
export function windowQuery(query: string, startMs: number, endMs: number, limit: number): string {
  const own = query.trim().replace(/^\|/, '').replace(/\|$/, '').trim();
  return [
    'fields @timestamp, @message, @log',
    `filter toMillis(@timestamp) >= ${startMs} and toMillis(@timestamp) < ${endMs}`,
    ...(own === '' ? [] : [own]),
    'sort @timestamp desc',
    `limit ${limit}`,
    // On lines of their own: the user's may end with a comment.
  ].join('\n| ');
}

/** Commands are separated by bars, but for those inside quotes and regular expressions. */
function commandsOf(query: string): string[] {
  const commands = [''];
  const parts = query.matchAll(/#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\/(?:\\.|[^/\\\n])*\/|\||[^|]/g);
  for (const [part] of parts) {
    if (part === '|') commands.push('');
    else if (!part.startsWith('#')) commands[commands.length - 1] += part;
  }
  return commands.map((command) => command.trim());
}
