import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Keeps what stripping the types gave: the next start is faster, and takes 35 MiB less because the stripper is not
// loaded. Where the folder cannot be written to, nothing is kept and nothing is lost.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/halfspace', import.meta.url)));
