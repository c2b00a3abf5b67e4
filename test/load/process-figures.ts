import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFigures {
  rssMiB: number;
  cpuSeconds: number;
  /** Open files, sockets included. */
  handles: number;
}

/** What a process holds now, from Linux' /proc. */
export function processFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    // A process that is ending has none.
    rssMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}
