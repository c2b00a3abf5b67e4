/** Settings that the service cannot start with; the message lists all of them, one sentence each. */
export class ConfigError extends Error {
  readonly code = 'bad_config';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], cause?: unknown) {
    const [first] = problems;
    const all = problems.map((problem) => `  ${problem}`).join('\n');
    super(problems.length === 1 && first !== undefined ? first : `${problems.length} settings are wrong:\n${all}`, {
      cause,
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
