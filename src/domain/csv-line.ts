/**
 * A line of CSV after RFC 4180. A text that a spreadsheet would take for a formula, which a log line may have been written
 * to be, begins with an apostrophe, as OWASP advises; numbers are what they are.
 */
export function csvLine(fields: readonly (string | number | boolean)[]): string {
  return `${fields.map(quoted).join(',')}\r\n`;
}

/** The full-width forms are taken for the same. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function quoted(value: string | number | boolean): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
