import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, ErrorCode } from 'yaml';

/** Keys and indexes from the top of the file. */
export type YamlPath = readonly (string | number)[];

export interface LocatedYaml {
  value: unknown;
  /** `line:column` of what stands at the path, or of the nearest thing around it. */
  positionOf(path: YamlPath): string;
  /** The same of the key itself. */
  positionOfKey(path: YamlPath): string;
}

/** Aliases may make a small file huge. */
const ALIASES_MAX = 100;
const ERRORS_MAX = 20;

/** For the usual slips; the parser's words are those of YAML's grammar. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'must be indented by spaces, not by a tab',
  BAD_INDENT: 'must be indented as its neighbours are, and a list or mapping in brackets be closed',
  MISSING_CHAR: 'must have what is missing here: a colon behind a key, a closing quote or a closing bracket',
  DUPLICATE_KEY: 'must not be there twice: each key stands once in its mapping',
  BLOCK_AS_IMPLICIT_KEY: 'must be in quotes where a text has ": " in it, or begin a line of its own',
  MULTILINE_IMPLICIT_KEY: 'must be a key and a colon on one line',
  BAD_ALIAS: 'must be in quotes where a text begins with * or &',
  MULTIPLE_DOCS: 'must not begin another document: the file is one',
};

/** Reads YAML and remembers where all of it stands; problems are `line:column: sentence`. */
export function readYaml(text: string): LocatedYaml | { problems: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  if (document.errors.length > 0) {
    return {
      problems: document.errors
        .slice(0, ERRORS_MAX)
        .map(({ pos, code, message }) => `${at(pos[0])}: ${WORDS[code] ?? `must be YAML: ${message}`}`),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    return { problems: [`1:1: ${error instanceof Error ? error.message : String(error)}`] };
  }
  return {
    value,
    positionOf: (path) => at(offsetOf(document, path)),
    positionOfKey: (path) => at(keyOffsetOf(document, path) ?? offsetOf(document, path)),
  };
}

function offsetOf(document: Document, path: YamlPath): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0;
}

function keyOffsetOf(document: Document, path: YamlPath): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1));
  return pair !== undefined && isScalar(pair.key) && pair.key.range ? pair.key.range[0] : undefined;
}
