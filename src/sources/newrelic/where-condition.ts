const CLAUSES =
  /^(select|from|where|since|until|limit|facet|timeseries|compare|with|order|offset|slide|extrapolate|join|show|predict)$/i;
/** A quoted text, a name in backticks, a word, a parenthesis, a comment's beginning, or any other character. */
const TOKENS = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[\w.$]+|--|\/\/|\/\*|[()'"`]|[^\s]/gsu;

/**
 * What is wrong with a condition that is to stand between parentheses of a WHERE clause, as the end of a sentence;
 * undefined when nothing is. One that could end the clause, and so read other data or another window, is refused.
 */
export function conditionFault(condition: string): string | undefined {
  let depth = 0;
  let previous = '';
  for (const [token] of condition.matchAll(TOKENS)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth < 0) return 'closes a parenthesis that it does not open';
    else if (token === "'" || token === '"' || token === '`') return `opens a quote ${token} that it does not close`;
    else if (token === '--' || token === '//' || token === '/*') return 'has a comment in it: leave it out';
    else if (CLAUSES.test(token) && !isOperand(token, previous)) {
      return `has the clause ${token.toUpperCase()} in it: give only the condition of WHERE`;
    }
    previous = token;
  }
  if (depth > 0) return 'opens a parenthesis that it does not close';
  return condition.trim() === '' ? 'is empty' : undefined;
}

/** NRQL has no clause of this name behind an operator: `x = from` compares with an attribute. */
function isOperand(token: string, previous: string): boolean {
  return token.toLowerCase() !== 'select' && /^(=|<|>|!)$/.test(previous);
}
