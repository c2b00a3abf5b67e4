// Runs before `npm start` and `npm test`: builds the dashboard when there is none, or its sources have changed.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The dashboard, and what it shares with the service. */
const sources = ['src/dashboard', 'src/domain', 'src/outgoing'];
const mark = join(root, 'dist/dashboard/.sources');

const wanted = fingerprintOfSources();
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  console.error('Building the dashboard');
  // Not on stdout, which may be somebody's NDJSON.
  const build = spawnSync('npm', ['run', '--silent', 'build:dashboard'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (build.status === 0) writeFileSync(mark, wanted);
  else console.error('The dashboard could not be built; all else works without it.');
}

/** Of what the build reads: the sources, and the versions of what is built in. */
function fingerprintOfSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of sources) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.toSorted()) {
      const path = join(root, folder, file);
      if (statSync(path).isFile()) hash.update(file).update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}
