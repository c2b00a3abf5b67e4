import type { ParameterFacts } from '../detector.ts';

/** What stood at each variable position of a template. */
export class ParameterSummaries {
  facts(): ParameterFacts[] {
    return [];
  }

  clone(): ParameterSummaries {
    return new ParameterSummaries();
  }
}
