import { scoreForest } from '../../../src/cluster/isolation-forest.ts';
import { printMeasured } from '../measured.ts';
import { seededRandom } from '../seeded-random.ts';

/** Isolation Forest, 200 trees, over made-up templates: ROWS REPEATS. */
const [rows = 500, repeats = 20] = process.argv.slice(2).map(Number);
const FEATURES = 5;

const below = seededRandom(42);
const table = new Float64Array(rows * FEATURES);
for (let i = 0; i < rows; i++) {
  table.set(
    [Math.floor(Math.exp(below(1000) / 100)), below(1000) / 1000, below(1000) / 1000, 1, 1 + below(30)],
    i * FEATURES,
  );
}
scoreForest(table, FEATURES); // the first call compiles

printMeasured(() => {
  let sum = 0;
  for (let i = 0; i < repeats; i++) sum += scoreForest(table, FEATURES).scores[0] ?? 0;
  return { lines: repeats, sum };
});
