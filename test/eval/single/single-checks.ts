import { analyseRows } from '../../../src/analyse/analyse-rows.ts';
import { loadRows, UNWATCHED } from '../../../src/analyse/load-rows.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import type { DetectorProfile } from '../../../src/domain/profile.ts';
import { EPISODE_GAP_MS } from '../incidents/measure.ts';
import { detectorOptions, runHalfspace } from '../incidents/run-halfspace.ts';
import { EvalRandom } from '../incidents/eval-random.ts';
import { singleStreams } from './single-streams.ts';
import type { SingleStream } from './single-streams.ts';

export interface SingleResult {
  name: string;
  wanted: string;
  got: string;
  passed: boolean;
}

/** Every single test with this profile. */
export async function singleResults(profile: DetectorProfile): Promise<SingleResult[]> {
  return [...singleStreams().map((stream) => checkStream(stream, profile)), ...(await checkClusters(profile))];
}

interface Episode {
  service: string;
  firstMs: number;
  lastMs: number;
  reasons: Set<string>;
}

export function checkStream(stream: SingleStream, profile: DetectorProfile): SingleResult {
  const episodes = episodesOf(stream, profile);
  const left = [...episodes];
  for (const { service, fromMs, toMs, reasons } of stream.expected) {
    const at = left.findIndex(
      (episode) =>
        episode.service === service &&
        episode.firstMs >= fromMs &&
        episode.firstMs <= toMs &&
        reasons.some((reason) => episode.reasons.has(reason)),
    );
    if (at >= 0) left.splice(at, 1);
  }
  const found = episodes.length - left.length;
  return {
    name: stream.name,
    wanted: `${stream.expected.length} episode${stream.expected.length === 1 ? '' : 's'}`,
    got: `${found} of them, ${left.length} others${episodes.length > 3 ? '' : said(episodes)}`,
    passed: found === stream.expected.length && left.length === 0,
  };
}

/** Alerts of a service joined over gaps of 300 s, as in the incident bench, with their reasons. */
function episodesOf({ train, rows }: SingleStream, profile: DetectorProfile): Episode[] {
  const episodes: Episode[] = [];
  const latest = new Map<string, Episode>();
  for (const { service, timestamp, alerts } of runHalfspace(train, rows, detectorOptions(profile))) {
    let episode = latest.get(service);
    if (episode === undefined || timestamp - episode.lastMs > EPISODE_GAP_MS) {
      episode = { service, firstMs: timestamp, lastMs: timestamp, reasons: new Set() };
      latest.set(service, episode);
      episodes.push(episode);
    }
    episode.lastMs = timestamp;
    for (const reason of alerts) episode.reasons.add(reason);
  }
  return episodes;
}

function said(episodes: readonly Episode[]): string {
  return episodes.map(({ service, reasons }) => `; ${service}: ${[...reasons].toSorted().join(', ')}`).join('');
}

export async function checkClusters(profile: DetectorProfile): Promise<SingleResult[]> {
  const instant = Date.UTC(2026, 2, 10, 8);
  const equal = Array.from({ length: 200 }, (_, i): LogRow => ({
    timestamp: instant,
    service: i % 2 === 0 ? 'orders' : 'ledger',
    level: 'info',
    message: 'connection pool is ready',
  }));
  const { clusters, log_count: rows } = await analyse(equal, profile);
  const counted = clusters.reduce((sum, { logCount }) => sum + logCount, 0);

  const [first] = singleStreams();
  const window = (first?.rows ?? []).slice(0, 4000);
  const random = new EvalRandom('shuffle');
  const one = JSON.stringify(await analyse(window, profile));
  const other = JSON.stringify(await analyse(random.shuffled(window), profile));
  return [
    {
      name: '200 equal lines in one millisecond from two services',
      wanted: 'counted 200',
      got: `counted ${counted} of ${rows} in ${clusters.length} clusters`,
      passed: counted === 200 && rows === 200 && clusters.length === 2,
    },
    {
      name: 'shuffled rows',
      wanted: 'the same bytes',
      got: one === other ? 'the same bytes' : 'other bytes',
      passed: one === other,
    },
  ];
}

async function analyse(rows: LogRow[], profile: DetectorProfile) {
  const { sorter, services } = await loadRows({ source: 'rows', rows }, {}, UNWATCHED);
  try {
    return analyseRows(sorter, services, { miner: detectorOptions(profile).miner, contamination: 0.1 }, () => {});
  } finally {
    sorter.close();
  }
}
