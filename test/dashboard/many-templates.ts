/** Words that no two templates share all of, so that none becomes a variable of another. */
const SYLLABLES = ['ka', 'lo', 'mi', 'nu', 'ra', 'se', 'ti', 'vo', 'we', 'zu'];

function word(number: number): string {
  const digits = String(number).padStart(4, '0');
  return Array.from(digits, (digit) => SYLLABLES[Number(digit)]).join('');
}

/**
 * NDJSON of `count` templates in twenty services, three rows each in the second half of the hour before `endMs`. Each of a
 * template's four words is its own.
 */
export function manyTemplates(count: number, endMs: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const message = [i, i + 2500, i + 5000, i + 7500].map((number) => word(number % 10_000)).join(' ');
    for (let row = 0; row < 3; row++) {
      const timestamp = new Date(endMs - 1_800_000 + ((i * 97 + row * 501_000) % 1_700_000)).toISOString();
      lines.push(
        JSON.stringify({ timestamp, service: `svc-${i % 20}`, level: i % 50 === 0 ? 'error' : 'info', message }),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
