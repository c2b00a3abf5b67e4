/** Ways to stop what was started, in the order of starting; each has what is left of the one grace over all. */
export type Stops = ((graceMs: number) => Promise<void>)[];

/** Stops all of it, the last first. */
export async function stopAll(stops: Stops, graceMs: number): Promise<void> {
  const endMs = performance.now() + graceMs;
  for (const stop of stops.splice(0).toReversed()) await stop(Math.max(0, endMs - performance.now()));
}
