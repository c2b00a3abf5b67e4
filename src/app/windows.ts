import { codeOf, noteWindow } from './status.ts';
import type { Failures } from './status.ts';
import type { Analyser } from '../analyse/analyser.ts';
import type { Config } from '../config/config.ts';
import { isOpen } from '../config/is-open.ts';
import { parseSetting } from '../config/parse-setting.ts';
import { SOURCE_SETTINGS } from '../config/source-settings.ts';
import { WindowAnswers } from '../engine/window-answers.ts';
import { WindowJobs } from '../engine/window-jobs.ts';
import type { ShardSet } from '../live/shard-set.ts';
import { createCredentialStore } from '../serve/credential-store.ts';
import type { CredentialStore } from '../serve/credential-store.ts';
import { refusalOfPath } from '../sources/file/file-root.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What answers for windows of any source. */
export function windowAnswers(
  config: Config,
  {
    shards,
    analyser,
    credentials,
    metrics,
    failures,
  }: { shards: ShardSet; analyser: Analyser; credentials: CredentialStore; metrics: Metrics; failures: Failures },
): WindowAnswers {
  const { analyse, sourceHosts } = config;
  const jobs = new WindowJobs({
    shards,
    credentials,
    defaultLookbackHours: analyse.defaultLookbackHours,
    maxRows: analyse.maxRows,
    answerTimeoutMs: analyse.answerTimeoutMs,
    hostRules: { ...sourceHosts, isOpen: isOpen(config) },
    fileRoot: config.security.fileRoot,
    nowMs: () => Date.now(),
  });
  const { windowAnalysed: onWindow, windowPulled: onPull } = metrics;
  const onSource = (source: string, error: unknown) => {
    noteWindow(failures, source, error);
    if (error !== undefined) metrics.windowFailed(source, codeOf(error));
  };
  return new WindowAnswers({ shards, analyser, jobs, nowMs: () => Date.now(), onWindow, onPull, onSource });
}

/** What sources are configured by. */
export function credentialStore(config: Config): CredentialStore {
  return createCredentialStore({
    options: SOURCE_SETTINGS,
    environment: config.sources,
    check(source, key, value) {
      const setting = SOURCE_SETTINGS.get(source)?.find((one) => one.key === key);
      if (setting === undefined) return undefined;
      if (source === 'file' && key === 'path') {
        const refusal = refusalOfPath(value, { root: config.security.fileRoot, isOpen: isOpen(config) });
        if (refusal !== undefined) return refusal;
      }
      const parsed = parseSetting(`credentials.${key}`, value, setting.schema);
      return 'problem' in parsed ? parsed.problem : undefined;
    },
  });
}
