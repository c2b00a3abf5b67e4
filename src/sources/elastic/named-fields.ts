/** The fields that a user has named for those of a row. */
export interface NamedFields {
  timestamp?: string;
  message?: string;
  level?: string;
  service?: string;
}

/** Reads `timestamp=ts,message=text`, whose form the option's pattern has checked. */
export function parseNamedFields(text: string | undefined): NamedFields {
  const named: NamedFields = {};
  for (const part of (text ?? '').split(',')) {
    const [key = '', path = ''] = part.split('=').map((side) => side.trim());
    if (path !== '' && (key === 'timestamp' || key === 'message' || key === 'level' || key === 'service')) {
      named[key] = path;
    }
  }
  return named;
}
