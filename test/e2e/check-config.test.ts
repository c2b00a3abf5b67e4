import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selfSigned } from '../receive/certificates.ts';
import { newDataFolder } from './data-folder.ts';
import { runCli } from './run-cli.ts';

const TIMEOUT_MS = 60_000;
const RIGHT = {
  code: 0,
  stdout: 'the settings are right\nthere is no alerts file: ALERTS_FILE is not set\n',
  stderr: '',
};
const refused = (sentence: string) => ({ code: 2, stdout: '', stderr: `${sentence}\n` });

test(
  'check-config refuses a DATA_DIR that cannot be a folder, and makes none',
  async () => {
    const folder = newDataFolder();
    const file = join(folder, 'file');
    writeFileSync(file, 'not a folder');
    const check = (path: string) => runCli(['check-config'], { DATA_DIR: path });
    const allowed = 'allowed: a folder, there or to be made';
    for (const path of [file, join(file, 'data')])
      expect(await check(path)).toEqual(refused(`DATA_DIR is ${path} and ${file} is no folder; ${allowed}`));
    for (const kernel of ['/proc', '/sys']) {
      const path = `${kernel}/halfspace/data`;
      expect(await check(path)).toEqual(
        refused(`DATA_DIR is ${path} and nothing can be kept in ${kernel}; ${allowed}`),
      );
    }
    expect(await check(folder)).toEqual(RIGHT);
    expect(await check(join(folder, 'new', 'data'))).toEqual(RIGHT);
    expect(readdirSync(folder)).toEqual(['file']);
  },
  TIMEOUT_MS,
);

test(
  'check-config reads the certificates, as the start does',
  async () => {
    const folder = newDataFolder();
    const [one, other] = [selfSigned(folder, 'one'), selfSigned(folder, 'other')];
    const check = (TLS_CERT_FILE: string, TLS_KEY_FILE: string) =>
      runCli(['check-config'], { TLS_CERT_FILE, TLS_KEY_FILE });
    expect(await check(one.certFile, one.keyFile)).toEqual(RIGHT);
    expect(await check(one.certFile, other.keyFile)).toEqual(
      refused(`private key ${other.keyFile} does not belong to certificate ${one.certFile}`),
    );
  },
  TIMEOUT_MS,
);
