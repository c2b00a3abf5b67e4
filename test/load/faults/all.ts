import type { Fault } from '../fault.ts';
import { BOMBS } from './bombs.ts';
import { CLOCK_JUMPS } from './clock-jumps.ts';
import { CONNECTIONS_WITHOUT_END } from './connections.ts';
import { DEAD_SINK } from './dead-sink.ts';
import { DISK_FULL } from './disk-full.ts';
import { FLOODS } from './floods.ts';
import { HALF_OPEN_STREAMS } from './half-open-streams.ts';
import { HUNG_SOURCE } from './hung-source.ts';
import { KILLED } from './killed.ts';
import { MEMORY_PRESSURE } from './memory-pressure.ts';
import { OVERLOAD } from './overload.ts';
import { SHARD_KILLED, SHARD_KILLED_UNKEPT } from './shard-killed.ts';
import { SLOW_CLIENTS } from './slow-clients.ts';

export const FAULTS: readonly Fault[] = [
  SLOW_CLIENTS,
  HALF_OPEN_STREAMS,
  BOMBS,
  FLOODS,
  CONNECTIONS_WITHOUT_END,
  OVERLOAD,
  DISK_FULL,
  CLOCK_JUMPS,
  SHARD_KILLED,
  SHARD_KILLED_UNKEPT,
  MEMORY_PRESSURE,
  KILLED,
  DEAD_SINK,
  HUNG_SOURCE,
];
