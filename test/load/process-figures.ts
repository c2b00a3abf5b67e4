import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFigures {
  rssMiB: number;
  /** Open files, sockets included. */
  handles: number;
}

/** What a process holds now, from Linux' /proc. */
export function processFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    // A process that is ending has none.
    rssMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}
