// Halfspace runs its TypeScript by type stripping of Node 24, which `npm ci` brings in as a package of its own.
// Plain JavaScript: it must run on the older Node that it complains about. Loaded by `node --import`, before any source.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Halfspace needs Node 24 or later, this is ${process.versions.node}. ` +
      'The project brings it along: run `npm ci` without --ignore-scripts, then start it by `npm start`.',
  );
  process.exit(2);
}
