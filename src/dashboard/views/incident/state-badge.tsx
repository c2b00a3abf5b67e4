import type { JSX } from 'preact';
import type { Incident } from '../../../domain/incident.ts';

export function StateBadge({ incident: { state, resolution } }: { incident: Incident }): JSX.Element {
  return <span class={`badge ${state === 'open' ? 'bad' : ''}`}>{resolution === 'usual' ? 'usual now' : state}</span>;
}
