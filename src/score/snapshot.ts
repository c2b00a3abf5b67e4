import { ArchiveReader } from '../domain/archive/archive-reader.ts';
import type { ArchiveWriter } from '../domain/archive/archive-writer.ts';
import { createDetector } from './create-detector.ts';
import type { Detector, DetectorOptions } from './detector.ts';

/** Of what models write of themselves. To be raised with every change of that, or of what it means. */
export const SNAPSHOT_VERSION = 5;
/** The oldest that can still be read. */
const OLDEST_VERSION = 1;

/** `settings`: taken under others, or by another version of Halfspace; `damaged`: it was never written like this. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly kind: 'settings' | 'damaged';

  constructor(kind: 'settings' | 'damaged', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/**
 * All that a detector knows, between two lines. What is restored from it says of every further line what the detector
 * would have said itself, to the bit. Its last verdict is not in it, and so not what `explain` would say of that.
 */
export function takeSnapshot(
  detector: Detector,
  options: DetectorOptions,
  writer: ArchiveWriter,
): Uint8Array<ArrayBuffer> {
  writer.count(SNAPSHOT_VERSION);
  writer.text(settingsOf(options));
  detector.archive(writer);
  return writer.take();
}

/** The detector whose snapshot `bytes` is. Throws {@link SnapshotError} when it cannot go on under these options. */
export function restoreSnapshot(service: string, options: DetectorOptions, bytes: Uint8Array): Detector {
  const reader = new ArchiveReader(bytes);
  try {
    checkOrigin(reader, options);
    const detector = createDetector(service, options);
    detector.archive(reader);
    reader.finish();
    return detector;
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError('damaged', 'the snapshot does not read as one', { cause: error });
  }
}

function checkOrigin(reader: ArchiveReader, options: DetectorOptions): void {
  reader.version = reader.count();
  if (reader.version < OLDEST_VERSION || reader.version > SNAPSHOT_VERSION) {
    const readable = `${OLDEST_VERSION} to ${SNAPSHOT_VERSION} can be read`;
    throw new SnapshotError('settings', `the snapshot has version ${reader.version}, ${readable}`);
  }
  const settings = reader.text();
  const own = settingsOf(options);
  if (settings !== own) throw new SnapshotError('settings', `the snapshot was taken with ${settings}, set is ${own}`);
}

/** What decides which templates a line makes and what is counted of it; thresholds do not, and bounds may move. */
function settingsOf({ profile = 'default', miner }: DetectorOptions): string {
  const minerProfile = miner.profile ?? 'default';
  return [
    `DETECTOR_PROFILE=${profile}`,
    `MINER_PROFILE=${minerProfile}`,
    ...(minerProfile === 'drain3' ? [`DRAIN_SIM_TH=${miner.simTh}`] : []),
    `KEEP_RECORD_TEMPLATE=${miner.keepsTemplates === true}`,
  ].join(' ');
}
