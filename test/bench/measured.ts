/** What one measured piece of work cost; programs of the benchmark print it as one line of JSON. */
export interface Measured {
  /** Lines, or calls, that the seconds are for. */
  lines: number;
  cpuSeconds: number;
  /** Of the process from its start, imports included; a peer's alone. */
  processCpuSeconds?: number;
  wallSeconds: number;
  peakRssMiB: number;
  /** Anything the piece wants to show, such as how many templates it found. */
  [extra: string]: unknown;
}

/** Runs `work` once and prints what it cost; `work` gives how many lines it did and what else to show. */
export function printMeasured(work: () => { lines: number } & Record<string, unknown>): void {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  const measured: Measured = {
    cpuSeconds: (user + system) / 1e6,
    wallSeconds: (performance.now() - startedMs) / 1000,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    ...result,
  };
  console.log(JSON.stringify(measured));
}
