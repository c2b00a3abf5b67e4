/** Ctrl-C while something was waited for. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Runs what waits for others; Ctrl-C ends it in order, so that what was opened elsewhere is closed. Only while it runs,
 * and until it calls `release`: what computes looks at no signal, and the signal ends the process.
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal, release: () => void) => Promise<Result>,
): Promise<Result> {
  const going = new AbortController();
  const interrupt = () => going.abort(new Interrupted());
  const release = () => void process.off('SIGINT', interrupt);
  process.once('SIGINT', interrupt);
  try {
    const result = await work(going.signal, release);
    // What computed may have looked at no signal.
    going.signal.throwIfAborted();
    return result;
  } finally {
    release();
  }
}
