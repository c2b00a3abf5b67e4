import type { Logger } from 'pino';
import type { App } from './app/app.ts';
import type { Reloaded } from './app/reload.ts';
import { ConfigError } from './config/config-error.ts';
import type { Config } from './config/config.ts';
import { areSameFiles, lookAtSecretFiles } from './config/secret-files.ts';
import type { SecretFiles } from './config/secret-files.ts';
import { AlertsFileError } from './sinks/alerts-file/alerts-file-error.ts';

/** Renewed secrets are found by looking, as certificates are: a pod can be sent no signal. */
const LOOK_MS = 10_000;

/** Has the settings read again, once at a time; what is wrong with them leaves all as it was. */
export class Reloads {
  readonly #read: () => Reloaded;
  readonly #logger: Logger;
  readonly #started = Promise.withResolvers<App>();
  #last: Promise<void>;
  #isRequested = false;
  #files: SecretFiles = new Map();

  /** `read` throws `ConfigError` or `AlertsFileError` for what cannot be taken over. */
  constructor({ read, logger }: { read(): Reloaded; logger: Logger }) {
    this.#read = read;
    this.#logger = logger;
    this.#last = this.#started.promise.then(() => undefined);
  }

  /** As soon as there is a service to reload. Requests that come before a reload has begun are one. */
  request(): void {
    if (this.#isRequested) return;
    this.#isRequested = true;
    this.#last = this.#last.then(() => this.#reload());
  }

  /** From now on `app` is what is reloaded, also when a file changes that a secret of `config` was read from. */
  follow(app: App, config: Config): void {
    this.#files = config.secretFiles;
    this.#started.resolve(app);
    setInterval(() => this.#look(), LOOK_MS).unref();
  }

  #look(): void {
    if (this.#files.size === 0) return;
    const now = lookAtSecretFiles(this.#files);
    if (areSameFiles(now, this.#files)) return;
    // What cannot be used is told once, and tried again when it has changed.
    this.#files = now;
    this.request();
  }

  async #reload(): Promise<void> {
    this.#isRequested = false;
    const app = await this.#started.promise;
    // What is refused now is not to be refused again because a file has changed before it was read.
    this.#files = lookAtSecretFiles(this.#files);
    try {
      const next = this.#read();
      this.#files = next.config.secretFiles;
      await app.reload(next);
    } catch (error) {
      app.noteRefusedReload(error);
      const isTheirs = error instanceof ConfigError || error instanceof AlertsFileError;
      if (!isTheirs) this.#logger.error({ err: error }, 'settings could not be read again; all stays as it was');
      else this.#logger.error(`settings were not taken over, all stays as it was: ${error.message}`);
    }
  }
}
