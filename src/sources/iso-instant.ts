const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** Epoch milliseconds of an ISO 8601 date or time; without a zone it is UTC. NaN when it is not one. */
export function parseIsoInstant(text: string): number {
  const match = ISO.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // 24:00 is the end of the day and second 60 a leap second; Date.UTC carries both over.
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return Number.NaN;
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return Number.NaN;
  // By digits: a fraction of nanoseconds is no exact number, and .999999999 is not the next second.
  const ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + ms - zoneMs(match[8]);
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone.length === 1) return 0;
  const digits = zone.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5) || 0);
  return (digits[0] === '-' ? -minutes : minutes) * 60_000;
}
