import { writeFileSync } from 'node:fs';
import { configurationDoc, CONFIGURATION_DOC } from '../test/config/configuration-doc.ts';

/** Writes docs/configuration.md anew after a setting has changed. */
writeFileSync(CONFIGURATION_DOC, configurationDoc());
