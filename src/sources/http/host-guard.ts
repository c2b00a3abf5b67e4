import { lookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { hostList, plainHost } from './host-entry.ts';

export interface HostRules {
  /** Hosts that a request may name: `loki.example.com`, `*.example.com`, an address or `10.0.0.0/8`. Empty: any. */
  allowed: readonly string[];
  /** Hosts that it may not name, over `allowed`. */
  denied: readonly string[];
  /** Whether anybody who reaches the REST port may call: then a request names only hosts that are allowed by name. */
  isOpen: boolean;
}

/** Thrown for a host that must not be called; the message is a sentence without a credential. */
export class HostRefused extends Error {
  override readonly name = 'HostRefused';
  readonly code = 'HOST_REFUSED';
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** As `lookup` of node:dns, asked for all addresses. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Keeps calls from reaching hosts that they must not reach. */
export interface HostGuard {
  /** Throws `HostRefused` when the name, or the address that it is, must not be called. */
  check(hostname: string): void;
  /** For sockets: resolves a name and holds each address against the rules, so that no name leads around them. */
  lookup(hostname: string, options: LookupOptions, callback: LookupCallback): void;
}

/**
 * Where clouds tell a machine its own credentials. No log store lives there, so nobody may name one: not even the
 * environment, unless the list of allowed hosts does.
 */
const METADATA: readonly string[] = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
];

/**
 * @param fromRequest whether the address that is called came over the API.
 * @param resolve the system's resolver.
 */
export function createHostGuard(rules: HostRules, fromRequest: boolean, resolve: Resolve = lookup): HostGuard {
  const allowed = hostList(rules.allowed);
  const denied = hostList(fromRequest ? rules.denied : []);
  const metadata = hostList(METADATA);
  const onlyAllowed = fromRequest && (rules.isOpen || rules.allowed.length > 0);

  function refusal(host: string, isAllowedByName: boolean): string | undefined {
    if (denied.has(host)) return `${host} is among SOURCE_DENIED_HOSTS`;
    if (isAllowedByName || allowed.has(host)) return undefined;
    if (metadata.has(host)) return `${host} is an address of this machine's own network, which no log store has`;
    if (!onlyAllowed) return undefined;
    return rules.allowed.length > 0
      ? `${host} is not among SOURCE_ALLOWED_HOSTS`
      : `${host} was named by a request, and while HOST is open to others without SIGNING_SECRET only SOURCE_ALLOWED_HOSTS may be`;
  }

  function check(given: string): void {
    const host = plainHost(given);
    // A name may be allowed for its addresses, which are only known once it is resolved.
    const why = refusal(host, isIP(host) === 0 && allowed.hasAddresses && !metadata.has(host));
    if (why !== undefined) throw new HostRefused(why);
  }

  return {
    check,
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, []);
        const byName = allowed.has(plainHost(hostname));
        for (const { address } of addresses) {
          const why = refusal(plainHost(address), byName);
          if (why !== undefined) return callback(new HostRefused(`${hostname} leads to ${why}`), []);
        }
        const [first] = addresses;
        if (options.all === true) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      });
    },
  };
}
