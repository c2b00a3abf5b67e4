import { BlockList, isIP } from 'node:net';

const HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** Whether an entry of a list of hosts can be understood. */
export function isHostEntry(entry: string): boolean {
  const [host, bits, ...more] = entry.split('/') as [string, string | undefined];
  if (more.length > 0) return false;
  const family = isIP(plainHost(host));
  if (bits === undefined) return family !== 0 || HOST.test(host);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
}

/** Without brackets, zone or closing dot, in lower case; the IPv4 address where one is wrapped in IPv6. */
export function plainHost(given: string): string {
  const host = given
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
  return isIP(host) === 6 ? (wrappedIpv4(groupsOf(host)) ?? host) : host;
}

/** 64:ff9b::/96, in decimal. */
const NAT64 = '100:65435:0:0:0:0';

/**
 * Addresses that networks and systems pass on to an IPv4 host: mapped (RFC 4291), compatible (the same), NAT64
 * (RFC 6052) and 6to4 (RFC 3056).
 */
function wrappedIpv4(groups: number[]): string | undefined {
  const prefix = groups.slice(0, 6).join(':');
  const isLast = prefix === '0:0:0:0:0:65535' || prefix === '0:0:0:0:0:0' || prefix === NAT64;
  const at = isLast ? 6 : 1;
  if (!isLast && groups[0] !== 0x2002) return undefined;
  const [high, low] = [groups[at] as number, groups[at + 1] as number];
  // `::` and `::1` are addresses of their own.
  if (prefix === '0:0:0:0:0:0' && high === 0 && low <= 1) return undefined;
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // An address may end like an IPv4 one: `::ffff:10.0.0.1`.
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

/** Names, names under a domain, addresses and networks. */
export function hostList(entries: readonly string[]): { has(host: string): boolean; hasAddresses: boolean } {
  const names = new Set<string>();
  const suffixes: string[] = [];
  const addresses = new BlockList();
  for (const entry of entries) {
    const [host, bits] = entry.toLowerCase().split('/') as [string, string | undefined];
    const family = isIP(plainHost(host));
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (family !== 0 && bits !== undefined) addresses.addSubnet(plainHost(host), Number(bits), type);
    else if (family !== 0) addresses.addAddress(plainHost(host), type);
    else if (host.startsWith('*.')) suffixes.push(host.slice(1));
    else names.add(host);
  }
  return {
    hasAddresses: addresses.rules.length > 0,
    has(host) {
      const family = isIP(host);
      if (family !== 0) return addresses.check(host, family === 6 ? 'ipv6' : 'ipv4');
      return names.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
    },
  };
}
