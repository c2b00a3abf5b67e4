import { createHash, createHmac } from 'node:crypto';

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface SignedCall {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
  region: string;
  service: string;
  nowMs: number;
}

/** Headers of a POST without a query, with AWS's Signature Version 4 among them. */
export function signAwsCall(keys: AwsKeys, call: SignedCall): Record<string, string> {
  const time = new Date(call.nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = { ...call.headers, 'x-amz-date': time };
  if (keys.sessionToken !== undefined) headers['x-amz-security-token'] = keys.sessionToken;

  // The host is signed too, but set by whoever sends the request.
  const signed = Object.entries({ ...headers, host: call.url.host }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`).join('');
  const path = call.url.pathname.split('/').map(encodeURIComponent).join('/');
  const canonical = ['POST', path, '', lines, names, sha256(call.body)].join('\n');

  const day = time.slice(0, 8);
  const scope = `${day}/${call.region}/${call.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, call.region, call.service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = hmac(key, text).toString('hex');
  const credential = `${keys.accessKeyId}/${scope}`;
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
