import { scoreForest } from '../../src/cluster/isolation-forest.ts';
import { ReferenceTrees } from '../../src/score/reference/reference-trees.ts';

/** CPU seconds of this process that `work` takes. */
function cpuSeconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Deterministic, not uniform: small values come often. */
function noise(i: number, below: number): number {
  const unit = (Math.imul(i, 0x9e3779b1) >>> 0) / 2 ** 32;
  return Math.floor(unit * unit * below);
}

function benchTrees(name: string, services: number, lineOf: (i: number) => [number, number, number, number]): void {
  const lines = 4_000_000;
  const distinct = 1 << 16;
  const features = Array.from({ length: distinct }, (_, i) => lineOf(i));
  const trees = Array.from({ length: services }, () => new ReferenceTrees());
  let sum = 0;
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const [level, chars, tokens, templateLines] = features[i & (distinct - 1)]!;
      sum += trees[i % services]!.scoreThenLearn(level, chars, tokens, templateLines);
    }
  };
  run(200_000);
  const seconds = cpuSeconds(() => run(lines));
  const rate = (lines / seconds / 1e6).toFixed(2);
  console.log(
    `half-space-trees, ${name}: ${rate} M lines scored and learnt per CPU second (mean score ${(sum / (lines + 200_000)).toFixed(3)})`,
  );
}

benchTrees('9 services, about 60 cells a window', 9, (i) => [
  noise(i, 40) === 39 ? 4 : 2,
  40 + noise(i * 7, 60),
  6 + noise(i * 3, 8),
  500,
]);
benchTrees('9 services, a new cell nearly every line', 9, (i) => [i % 6, (i * 7) % 501, (i * 11) % 51, 1 + (i % 97)]);
benchTrees('2,000 services', 2000, (i) => [
  noise(i, 40) === 39 ? 4 : 2,
  40 + noise(i * 7, 60),
  6 + noise(i * 3, 8),
  500,
]);

for (const points of [10, 60, 500]) {
  const table = new Float64Array(points * 5);
  for (let i = 0; i < points; i++)
    table.set([Math.log1p(noise(i, 5000)), noise(i, 3) / 2, noise(i * 3, 9) / 8, 1, 2 + noise(i * 5, 30)], i * 5);
  for (let i = 0; i < 20; i++) scoreForest(table, 5);
  const calls = points > 100 ? 30 : 300;
  const seconds = cpuSeconds(() => {
    for (let i = 0; i < calls; i++) scoreForest(table, 5);
  });
  console.log(`isolation forest, ${points} points: ${((seconds / calls) * 1000).toFixed(2)} ms of CPU a call`);
}
