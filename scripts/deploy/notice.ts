import { BUNDLED, productionPackages, textOf } from './production-packages.ts';

/**
 * The NOTICE file: every package that comes with the product and its licence. Packages keep their own files of licence
 * in node_modules; of those that are built into the dashboard the text stands here, as do notices that a package asks
 * to be passed on.
 */
export function notice(): string {
  const packages = productionPackages();
  const listed = new Map(packages.map(({ name, version, licence }) => [`${name} ${version}`, licence]));
  const lines = Array.from(listed, ([name, licence]) => `${name}: ${licence}`);
  const bundled = packages.filter(({ name }) => BUNDLED.includes(name));
  const texts = bundled.map((one) => [
    `Licence of ${one.name}, which is built into the dashboard`,
    textOf(one, /^licen[cs]e/i),
  ]);
  const notices = packages.map((one) => [`Notice of ${one.name}`, textOf(one, /^notice/i)]);
  const further = [...texts, ...notices].flatMap(([title, text]) =>
    text === undefined ? [] : [`## ${title}`, '', text, ''],
  );
  return (
    `Halfspace
Copyright 2026 the Halfspace authors

Licensed under the Apache License, Version 2.0; the file LICENSE has its text.

It comes with the packages below, each under its own licence, whose text stands in the folder of the package under
node_modules. The container image also holds Node.js (MIT and others, see its LICENSE) and Debian's C and C++ libraries.
\`npm run deploy\` writes this file from package-lock.json.

${lines.join('\n')}

${further.join('\n')}`.trimEnd() + '\n'
  );
}
