/** A line of CSV after RFC 4180. */
export function csvLine(fields: readonly (string | number | boolean)[]): string {
  return `${fields.map(quoted).join(',')}\r\n`;
}

function quoted(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
