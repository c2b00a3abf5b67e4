/** How a message becomes a template: `drain3` is the reference, `default` our own. */
export const MINER_PROFILES = ['default', 'drain3'] as const;
export type MinerProfile = (typeof MINER_PROFILES)[number];

/** How lines are judged: `reference` is the published pipeline as users know it, `default` our own. */
export const DETECTOR_PROFILES = ['default', 'reference'] as const;
export type DetectorProfile = (typeof DETECTOR_PROFILES)[number];
