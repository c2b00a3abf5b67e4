const FEATURES_MAX = 300;
/** scikit-learn's pattern of the reference, on lowercased text: words and placeholder tokens, no digits. */
const TOKEN = /[a-z<>_]+/g;

/** l2-normalised TF-IDF rows, sparse: row i is `columns`/`values` from `rowStart[i]` to `rowStart[i + 1]`. */
export interface TfidfMatrix {
  /** Sorted; a column is an index into it. At most 300. */
  vocabulary: string[];
  idf: Float64Array;
  rowStart: Uint32Array;
  columns: Uint16Array;
  values: Float64Array;
}

/**
 * TF-IDF as scikit-learn's TfidfVectorizer has it: the 300 terms with the highest count over all texts (a tie goes to
 * the alphabetically first), idf = ln((1 + n) / (1 + df)) + 1, rows of length 1 (or all zero).
 */
export function tfidf(texts: readonly string[]): TfidfMatrix {
  const documents = texts.map(countTerms);
  const vocabulary = chooseVocabulary(documents);
  const columnOf = new Map(vocabulary.map((term, column) => [term, column]));

  const kept = documents.map((document) =>
    [...document].flatMap(([term, count]) => {
      const column = columnOf.get(term);
      return column === undefined ? [] : [{ column, count }];
    }),
  );
  const documentFrequency = new Float64Array(vocabulary.length);
  for (const { column } of kept.flat()) documentFrequency[column]!++;
  const idf = documentFrequency.map((df) => Math.log((1 + texts.length) / (1 + df)) + 1);

  const rowStart = new Uint32Array(texts.length + 1);
  kept.forEach((row, i) => (rowStart[i + 1] = rowStart[i]! + row.length));
  const columns = new Uint16Array(rowStart[texts.length]!);
  const values = new Float64Array(rowStart[texts.length]!);
  kept.forEach((row, i) => {
    row.sort((a, b) => a.column - b.column);
    const length = Math.sqrt(row.reduce((sum, { column, count }) => sum + (count * idf[column]!) ** 2, 0));
    row.forEach(({ column, count }, j) => {
      columns[rowStart[i]! + j] = column;
      values[rowStart[i]! + j] = (count * idf[column]!) / length;
    });
  });
  return { vocabulary, idf, rowStart, columns, values };
}

function countTerms(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [term] of text.toLowerCase().matchAll(TOKEN)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function chooseVocabulary(documents: readonly Map<string, number>[]): string[] {
  const totals = new Map<string, number>();
  for (const document of documents) {
    for (const [term, count] of document) totals.set(term, (totals.get(term) ?? 0) + count);
  }
  const byCount = [...totals].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return byCount
    .slice(0, FEATURES_MAX)
    .map(([term]) => term)
    .toSorted();
}
