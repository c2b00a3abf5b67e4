/** LogHub's own words that always are a value. */
const VALUES = new Set(['true', 'false', 'null', 'root', 'admin']);

const PATH_DELIMITER = /([\s,!;:=|"'[\](){}])/;
const TOKEN_DELIMITER = /([\s,!;:=|"'[\](){}.\-+@#$%&])/;

/**
 * The correction rules of LogHub-2.0, by which templates are compared: double spaces, booleans and users' names, digits,
 * paths, words that are partly a variable, variables that are joined by a dot or by nothing. `joined` applies its
 * further rules, too, by which variables joined by `: / @ #` are one; the ground truth of the 2k sets keeps those apart.
 */
export function correctTemplate(template: string, joined: boolean): string {
  const spaced = template.trim().replaceAll(/\s+/g, ' ');
  const paths = spaced
    .split(PATH_DELIMITER)
    .map((token) => (/^(\/[^/]+)+$/.test(token) || isPathWithVariable(token) ? '<*>' : token))
    .join('');
  const tokens = paths
    .split(TOKEN_DELIMITER)
    .map((token) => {
      if (VALUES.has(token.toLowerCase()) || /^\d+$/.test(token)) return '<*>';
      return /^[^\s/]*<\*>[^\s/]*$/.test(token) && token !== '<*>/<*>' ? '<*>' : token;
    })
    .join('');
  let text = untilStable(tokens, (now) => now.replaceAll('<*>.<*>', '<*>'));
  text = untilStable(text, (now) => now.replaceAll('<*><*>', '<*>'));
  return joined ? untilStable(text, joinVariables) : text;
}

function isPathWithVariable(token: string): boolean {
  return token.includes('<*>') && token.includes('.') && token.includes('/');
}

function joinVariables(text: string): string {
  return text
    .replaceAll(' #<*># ', ' <*> ')
    .replaceAll(' #<*> ', ' <*> ')
    .replaceAll(/<\*>[:#/@.]?<\*>/g, '<*>')
    .replaceAll(' "<*>" ', ' <*> ')
    .replaceAll(" '<*>' ", ' <*> ');
}

function untilStable(text: string, step: (now: string) => string): string {
  let now = text;
  for (let next = step(now); next !== now; next = step(now)) now = next;
  return now;
}
