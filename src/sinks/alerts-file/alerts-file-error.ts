/** An alerts file that cannot be used; each problem is `file:line:column key: must be ...`. */
export class AlertsFileError extends Error {
  readonly code = 'bad_alerts_file';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], cause?: unknown) {
    super(problems.join('\n'), { cause });
    this.name = 'AlertsFileError';
    this.problems = problems;
  }
}
