import type { DatabaseForm } from './open-database.ts';

/** Every row ends with a sum over its content: a byte that flipped is found out when the row is read. */
const TABLES = `
  CREATE TABLE anomaly_batch (
    first_id INTEGER PRIMARY KEY, count INTEGER NOT NULL, bytes BLOB NOT NULL, offsets BLOB NOT NULL,
    kinds TEXT NOT NULL, checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE incident (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, json TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE incident_change (id INTEGER PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
  CREATE TABLE feedback (place INTEGER PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
`;

/** Alerts on their way to sinks, and the ids that come next, so that none is given twice. */
const OUTBOX = `
  CREATE TABLE outbox (
    place INTEGER PRIMARY KEY, sink TEXT NOT NULL, id TEXT NOT NULL, created_ms INTEGER NOT NULL, event TEXT NOT NULL,
    checksum INTEGER NOT NULL, UNIQUE (sink, id)
  ) STRICT;
  CREATE TABLE next_id (name TEXT PRIMARY KEY, id INTEGER NOT NULL) STRICT;
  INSERT INTO next_id SELECT 'anomaly', max(first_id + count) FROM anomaly_batch HAVING count(*) > 0;
  INSERT INTO next_id SELECT 'change', max(id) + 1 FROM incident_change HAVING count(*) > 0;
`;

/** What is acknowledged is here. A step that was released is never changed: another one is added. */
export const RECORDS_FORM: DatabaseForm = { migrations: [TABLES, OUTBOX], synchronous: 'FULL', isChecked: true };

const MODELS = `
  CREATE TABLE model (
    place INTEGER PRIMARY KEY, service TEXT NOT NULL UNIQUE, saved_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL, checksum INTEGER NOT NULL
  ) STRICT;
`;

/** The clusters of the latest retraining, some a row; what a cluster is may change: then a step empties the table. */
const LIVE_CLUSTERS = `
  CREATE TABLE live_clusters (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
`;

/** Of tenants, and of services without a place: a service may have several of these (see domain/model-key.ts). */
const OTHER_MODELS = `
  CREATE TABLE other_model (
    place INTEGER PRIMARY KEY, owner TEXT NOT NULL, service TEXT NOT NULL, saved_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL, bytes BLOB NOT NULL, checksum INTEGER NOT NULL, UNIQUE (owner, service)
  ) STRICT;
`;

/** Learnt from lines. Each row has its own sum, so the pages are not all looked at before the first is read. */
export const MODELS_FORM: DatabaseForm = {
  migrations: [MODELS, LIVE_CLUSTERS, OTHER_MODELS],
  synchronous: 'NORMAL',
  isChecked: false,
};
