import { levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { LokiLabels } from './loki-entries.ts';

/**
 * Labels that name the service, the most telling first. After `service_name` come those that Loki 3 itself makes it
 * from (`discover_service_name`), so that an older Loki, or one that has that switched off, gives the same names.
 */
const SERVICE_LABELS = [
  'service_name',
  'service',
  'app',
  'application',
  'app_name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
  'compose_service',
  'syslog_identifier',
  'unit',
];
/** What Loki writes for a stream whose labels name none. */
const UNKNOWN = 'unknown_service';

/** In lower case; labels may be `Level` or `SEVERITY`. */
const LEVEL_LABELS = ['level', 'severity', 'severity_text', 'severitytext', 'lvl', 'loglevel', 'log_level', 'priority'];

/** What the labels of a stream, with the structured metadata of its entries, say of all of them. */
export interface LabelFacts {
  service: string | undefined;
  /** As whoever sent the lines has labelled them. */
  level: LevelIndex | undefined;
  /** As Loki has guessed it from the line (`detected_level`). */
  guessedLevel: LevelIndex | undefined;
}

export function labelFacts(labels: LokiLabels): LabelFacts {
  return {
    service: SERVICE_LABELS.map((name) => labelOf(labels, name)).find(
      (service) => service !== undefined && service !== UNKNOWN,
    ),
    level: statedLevel(labels),
    guessedLevel: levelOfText(labelOf(labels, 'detected_level') ?? ''),
  };
}

function statedLevel(labels: LokiLabels): LevelIndex | undefined {
  const byName = new Map<string, string>();
  for (const [name, value] of Object.entries(labels)) {
    const lower = name.toLowerCase();
    // `level` itself goes over `Level`.
    if (lower === name || !byName.has(lower)) byName.set(lower, value);
  }
  // OTLP's number says it most plainly, as it does where OTLP is received.
  const number = byName.get('severity_number') ?? '';
  const byNumber = /^\d{1,2}$/.test(number) ? levelOfSeverityNumber(Number(number)) : undefined;
  if (byNumber !== undefined) return byNumber;
  for (const name of LEVEL_LABELS) {
    const level = levelOfText(byName.get(name) ?? '');
    if (level !== undefined) return level;
  }
  return undefined;
}

function labelOf(labels: LokiLabels, name: string): string | undefined {
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  return value === '' ? undefined : value;
}

/**
 * The label by which most lines of a Loki without `service_name` are had: one that shippers set on every stream
 * before one that only some have. Undefined when there is no label at all.
 */
export function widestLabel(names: readonly string[]): string | undefined {
  const wide = ['job', 'namespace', 'app', 'service', 'container', 'host', 'hostname', 'instance', 'filename'];
  return wide.find((name) => names.includes(name)) ?? names.find((name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name));
}
