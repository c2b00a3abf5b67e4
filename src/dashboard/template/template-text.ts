/** What stands in a template for what varies: `<*>`, and the reference profile's `<NUM>`, `<IP>` and so on. */
const VARIABLE = /<(?:\*|[A-Z]+)>/g;

export interface TextRun {
  text: string;
  isVariable: boolean;
}

/** The literal parts between the variables, in order; the first or last is empty where a variable stands there. */
export function literalsOf(template: string): string[] {
  return template.split(VARIABLE);
}

/** A template as runs, its variables told apart. */
export function templateRuns(template: string): TextRun[] {
  const literals = literalsOf(template);
  const variables = template.match(VARIABLE) ?? [];
  return literals
    .flatMap((text, i) => [
      { text, isVariable: false },
      { text: variables[i] ?? '', isVariable: true },
    ])
    .filter(({ text }) => text !== '');
}

/** A line as runs: what stands where its template has variables. One run when the line does not fit the template. */
export function lineRuns(line: string, template: string): TextRun[] {
  const literals = literalsOf(template);
  const plain = [{ text: line, isVariable: false }];
  const first = literals[0] ?? '';
  if (literals.length < 2 || !line.startsWith(first)) return plain;
  const runs: TextRun[] = [{ text: first, isVariable: false }];
  let at = first.length;
  for (const [i, literal] of literals.slice(1).entries()) {
    const isLast = i === literals.length - 2;
    const found = literal === '' ? line.length : isLast ? line.lastIndexOf(literal) : line.indexOf(literal, at);
    if (found < at) return plain;
    runs.push({ text: line.slice(at, found), isVariable: true }, { text: literal, isVariable: false });
    at = found + literal.length;
  }
  if (at < line.length) runs.push({ text: line.slice(at), isVariable: false });
  return runs.filter(({ text }) => text !== '');
}
