/** Runs `work` and gives by how many bytes the process's resident memory rose above where it started, at its highest. */
export async function peakMemoryGrowth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const sampling = setInterval(sample, 5);
  try {
    await work();
    sample();
  } finally {
    clearInterval(sampling);
  }
  return peak - before;
}
