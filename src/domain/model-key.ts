/** Which model it is that is kept. */
export interface ModelKey {
  /** A tenant, or {@link overflowOwner} of a shard; undefined for the live model of a service. */
  owner?: string;
  service: string;
}

/** No tenant's name has a blank in it (see the schema of `tenant`). */
const OVERFLOW = 'overflow of shard ';

/** Owner of what a shard has learnt from services that have no place. */
export function overflowOwner(shard: number): string {
  return `${OVERFLOW}${shard}`;
}

/** Whether it is a model that a tenant has taught. */
export function isOfTenant(key: ModelKey): key is ModelKey & { owner: string } {
  const { owner } = key;
  return owner !== undefined && shardOfOverflow(owner) === undefined;
}

/** The number of the shard whose overflow it is; undefined for a tenant. */
export function shardOfOverflow(owner: string): number | undefined {
  return owner.startsWith(OVERFLOW) ? Number(owner.slice(OVERFLOW.length)) : undefined;
}
