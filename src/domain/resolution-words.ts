import type { Incident } from './incident.ts';

/** How it ended, as a sentence; '' while it is open. */
export function resolutionWords(incident: Incident): string {
  const { resolution } = incident;
  if (resolution === undefined) return '';
  switch (resolution) {
    case 'usual':
      return 'It goes on still, for so long that it counts as usual now.';
    case 'over':
      return incident.ongoing_until === undefined ? quietWords(incident) : 'It is over: back to what was usual before.';
    case 'merged':
      return `It goes on as part of incident ${incident.merged_into ?? ''}.`;
    case 'displaced':
      return 'It was closed early: too many incidents are open, and it had been quiet for longest.';
  }
}

function quietWords({ last_seen: last, resolved_at: at = last }: Incident): string {
  const seconds = Math.round((at - last) / 1000);
  return `Nothing odd was found for ${seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`}.`;
}

interface Found {
  last_seen: number;
  ongoing_until?: number | undefined;
}

/** When something of it was found last: an anomaly, or that it goes on. */
export function lastFound({ last_seen: last, ongoing_until: until = last }: Found): number {
  return Math.max(last, until);
}
