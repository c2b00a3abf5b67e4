// Runs before `npm start` and `npm test`: installs what the lockfile names and node_modules has not got.
// Plain JavaScript for Node 20, and nothing but Node: on a bare clone there is nothing else.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const reason = whyInstall();
if (reason !== undefined) {
  // Not on stdout, which may be somebody's NDJSON.
  console.error(`Installing dependencies, ${reason} (npm ci; a minute or less)`);
  // Development dependencies too, whatever NODE_ENV says: Node 24 itself is one.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error !== undefined || status !== 0) fail(`npm ci failed (${error?.message ?? `exit code ${status}`}).`);
}
checkNode();

/** Compares versions, not times: a lockfile that was only touched installs nothing. */
function whyInstall() {
  const installedPath = `${root}/node_modules/.package-lock.json`;
  if (!existsSync(installedPath)) return 'node_modules is missing';
  const wanted = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '' || optional) continue; // optional: built for another platform
    if (installed[path]?.version !== version) return `${path} ${version} is missing`;
  }
  return undefined;
}

/** After `npm ci --ignore-scripts` there is no binary, and npm would fall back to the machine's Node in silence. */
function checkNode() {
  let version = 'none';
  try {
    version = execFileSync(`${root}/node_modules/.bin/node`, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    // said below
  }
  if (!/^v(2[4-9]|[3-9]\d)\./.test(version)) {
    fail(
      `The project's own Node 24 is not in node_modules (found ${version}): run \`npm ci\` without --ignore-scripts.`,
    );
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(2);
}
