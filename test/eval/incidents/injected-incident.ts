export const INCIDENT_KINDS = [
  'new_error_template',
  'new_info_template',
  'error_burst',
  'error_creep',
  'rate_spike',
  'rate_drop',
  'silence',
  'severity_shift',
  'parameter_outlier',
  'mix_shift',
  'deploy',
] as const;

export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** What was done to a stream, and where. */
export interface InjectedIncident {
  kind: IncidentKind;
  service: string;
  /** Epoch milliseconds; `endMs` is the first that is well again. */
  startMs: number;
  endMs: number;
}
