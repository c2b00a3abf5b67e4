const FEATURES_MAX = 300;
/** scikit-learn's pattern of the reference, on lowercased text: words and placeholder tokens, no digits. */
const TOKEN = /[a-z<>_]+/g;

/** l2-normalised TF-IDF rows, sparse: row i is `columns`/`values` from `rowStart[i]` to `rowStart[i + 1]`. */
export interface TfidfMatrix {
  /** Sorted; a column is an index into it. At most 300. */
  vocabulary: string[];
  idf: Float64Array;
  rowStart: Uint32Array;
  /** Ascending in a row. */
  columns: Uint16Array;
  values: Float64Array;
}

/**
 * TF-IDF as scikit-learn's TfidfVectorizer has it: the 300 terms with the highest count over all texts (a tie goes to
 * the alphabetically first), idf = ln((1 + n) / (1 + df)) + 1, rows of length 1 (or all zero).
 */
export function tfidf(texts: readonly string[]): TfidfMatrix {
  const terms = new TermTable();
  const documents = texts.map((text) => terms.count(text));
  const vocabulary = terms.commonest(FEATURES_MAX);
  const columnOf = terms.columnsOf(vocabulary);

  const rowStart = new Uint32Array(texts.length + 1);
  const documentFrequency = new Float64Array(vocabulary.length);
  documents.forEach((counts, i) => {
    let kept = 0;
    for (let k = 0; k < counts.length; k += 2) {
      const column = columnOf[counts[k]!]!;
      if (column < 0) continue;
      documentFrequency[column]!++;
      kept++;
    }
    rowStart[i + 1] = rowStart[i]! + kept;
  });
  const idf = documentFrequency.map((df) => Math.log((1 + texts.length) / (1 + df)) + 1);

  const columns = new Uint16Array(rowStart[texts.length]!);
  const values = new Float64Array(rowStart[texts.length]!);
  const weights = new Float64Array(vocabulary.length);
  documents.forEach((counts, i) => {
    const row = columns.subarray(rowStart[i], rowStart[i + 1]);
    let kept = 0;
    for (let k = 0; k < counts.length; k += 2) {
      const column = columnOf[counts[k]!]!;
      if (column < 0) continue;
      row[kept++] = column;
      weights[column] = counts[k + 1]! * idf[column]!;
    }
    row.set(row.toSorted());
    const length = Math.sqrt(row.reduce((sum, column) => sum + weights[column]! ** 2, 0));
    row.forEach((column, j) => (values[rowStart[i]! + j] = weights[column]! / length));
  });
  return { vocabulary, idf, rowStart, columns, values };
}

/** Terms by number, in order of appearance, and how often each stood in any text. */
class TermTable {
  readonly #idOf = new Map<string, number>();
  readonly #totals: number[] = [];
  /** Of the text being counted. */
  readonly #counts = new Map<number, number>();

  /** The terms of a text as (term, count) pairs, flat: there can be very many texts. */
  count(text: string): Uint32Array {
    const counts = this.#counts;
    counts.clear();
    for (const [term] of text.toLowerCase().matchAll(TOKEN)) {
      const id = this.#intern(term);
      this.#totals[id]!++;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const pairs = new Uint32Array(counts.size * 2);
    let k = 0;
    for (const [id, times] of counts) {
      pairs[k++] = id;
      pairs[k++] = times;
    }
    return pairs;
  }

  commonest(limit: number): string[] {
    const byCount = [...this.#idOf].toSorted(
      ([a, i], [b, j]) => this.#totals[j]! - this.#totals[i]! || (a < b ? -1 : 1),
    );
    return byCount
      .slice(0, limit)
      .map(([term]) => term)
      .toSorted();
  }

  /** Column by term; -1 for those that are not in the vocabulary. */
  columnsOf(vocabulary: readonly string[]): Int32Array {
    const columns = new Int32Array(this.#totals.length).fill(-1);
    vocabulary.forEach((term, column) => (columns[this.#idOf.get(term)!] = column));
    return columns;
  }

  #intern(term: string): number {
    const known = this.#idOf.get(term);
    if (known !== undefined) return known;
    this.#totals.push(0);
    this.#idOf.set(term, this.#totals.length - 1);
    return this.#totals.length - 1;
  }
}
