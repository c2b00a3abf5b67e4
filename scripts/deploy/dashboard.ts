/** One panel: what it shows, its unit in Grafana's words, and its queries with what names each line. */
interface Panel {
  title: string;
  description: string;
  unit: string;
  queries: [expression: string, legend: string][];
  kind?: 'stat';
}

const ROWS: [title: string, panels: Panel[]][] = [
  [
    'Is it well?',
    [
      stat(
        'Lines a second',
        'Scored, over all replicas',
        'ops',
        'sum(rate(halfspace_log_records_scored_total{$q}[5m]))',
      ),
      stat(
        'Put off',
        'Share of export requests that senders were told to send again',
        'percentunit',
        share('unavailable|deadline_exceeded'),
      ),
      stat(
        'Refused',
        'Share of export requests that are refused for good',
        'percentunit',
        share('invalid_argument|unauthenticated|permission_denied|resource_exhausted|unimplemented'),
      ),
      stat('Services', 'That have a model', 'short', 'sum(halfspace_services{$q})'),
      stat('Incidents open', 'Over all replicas', 'short', 'sum(halfspace_incidents_open{$q})'),
      stat('Live clusters', 'Age of the oldest', 's', 'max(time() - halfspace_last_retrain_timestamp_seconds{$q})'),
    ],
  ],
  [
    'What is found',
    [
      graph('Anomalies by service', 'A minute, of those that have a name in the metrics', 'short', [
        'topk(10, sum by (service) (rate(halfspace_service_anomalies_total{$q}[5m]))) * 60',
        '{{service}}',
      ]),
      graph('Anomalies by reason', 'A minute; one with two reasons counts in both', 'short', [
        'sum by (reason) (rate(halfspace_anomalies_total{$q}[5m])) * 60',
        '{{reason}}',
      ]),
      graph(
        'Incidents',
        'Opened an hour, and open',
        'short',
        ['sum(increase(halfspace_incidents_total{$q}[1h]))', 'opened an hour'],
        ['sum(halfspace_incidents_open{$q})', 'open'],
      ),
      graph(
        'Learning',
        'Services that raise nothing yet, and all',
        'short',
        ['sum(halfspace_learning_services{$q})', 'learning'],
        ['sum(halfspace_services{$q})', 'all'],
      ),
    ],
  ],
  [
    'What comes in',
    [
      graph(
        'Lines',
        'Received and scored a second',
        'ops',
        ['sum by (transport) (rate(halfspace_log_records_received_total{$q}[5m]))', 'received by {{transport}}'],
        ['sum(rate(halfspace_log_records_scored_total{$q}[5m]))', 'scored'],
      ),
      graph('Requests by outcome', 'Export requests answered a second', 'reqps', [
        'sum by (outcome) (rate(halfspace_export_requests_total{$q}[5m]))',
        '{{outcome}}',
      ]),
      graph(
        'Bytes in flight',
        'Held and not yet scored; at the limit senders are put off',
        'bytes',
        ['halfspace_in_flight_bytes{$q}', '{{instance}}'],
        ['max(halfspace_in_flight_limit_bytes{$q})', 'limit'],
      ),
      graph('Waiting for a shard', 'Requests handed to scoring threads and not answered', 'short', [
        'halfspace_shard_queue_requests{$q}',
        '{{instance}}',
      ]),
      graph('Busiest services', 'Lines a second of those that have a name in the metrics, and of all others', 'ops', [
        'topk(10, sum by (service) (rate(halfspace_service_log_records_total{$q}[5m])))',
        '{{service}}',
      ]),
      graph('How late', 'Of the newest line against the clock; grows while none comes', 's', [
        'halfspace_event_time_lag_seconds{$q}',
        '{{instance}}',
      ]),
      graph(
        'Time to the OK',
        'From the last byte of a request until all of it is scored, and kept',
        's',
        [quantile('0.5'), 'half'],
        [quantile('0.99'), '99 of 100'],
      ),
      graph('Delay of a shard', 'How long the oldest request waits that is not answered', 's', [
        'halfspace_shard_queue_delay_seconds{$q}',
        '{{instance}} {{shard}}',
      ]),
    ],
  ],
  [
    'What it holds',
    [
      graph('Memory', 'Of the process', 'bytes', ['process_resident_memory_bytes{$q}', '{{instance}}']),
      graph(
        'Buffer',
        'Rows kept for windows',
        'bytes',
        ['halfspace_buffer_bytes{$q}', '{{instance}}'],
        ['max(halfspace_buffer_limit_bytes{$q})', 'limit'],
      ),
      graph(
        'Templates',
        'Held, and dropped a second at the limit of a service',
        'short',
        ['sum(halfspace_templates{$q})', 'held'],
        ['sum(rate(halfspace_templates_evicted_total{$q}[5m]))', 'dropped a second'],
      ),
      graph('Beyond the bounds', 'Lines a second of services without a model of their own', 'ops', [
        'sum by (instance) (rate(halfspace_overflow_records_total{$q}[5m]))',
        '{{instance}}',
      ]),
    ],
  ],
  [
    'What it tells, and what it keeps',
    [
      graph('Alerts', 'An hour, by sink and what became of them; failed counts calls', 'short', [
        'sum by (sink, result) (increase(halfspace_alerts_total{$q}[1h]))',
        '{{sink}} {{result}}',
      ]),
      graph('Alerts that wait', 'By sink', 'short', ['sum by (sink) (halfspace_alerts_pending{$q})', '{{sink}}']),
      graph('On disk', 'Bytes of each database', 'bytes', ['halfspace_store_bytes{$q}', '{{instance}} {{store}}']),
      graph('Disk', 'Mean time of a transaction, the wait for the disk included', 's', [
        'rate(halfspace_store_commit_seconds_total{$q}[5m]) / rate(halfspace_store_commits_total{$q}[5m])',
        '{{instance}} {{store}}',
      ]),
      graph(
        'Trouble with the disk',
        'Writes that failed in an hour, and those that wait',
        'short',
        ['sum by (store) (increase(halfspace_store_failures_total{$q}[1h]))', 'failed: {{store}}'],
        ['sum(halfspace_store_pending_writes{$q})', 'wait'],
      ),
      graph('Snapshots', 'Since a model was kept last', 's', [
        'halfspace_store_snapshot_age_seconds{$q}',
        '{{instance}}',
      ]),
    ],
  ],
  [
    'How it works',
    [
      graph('CPU', 'Cores in use', 'short', ['rate(process_cpu_seconds_total{$q}[5m])', '{{instance}}']),
      graph(
        'Event loops',
        'How late they are, 99 of 100 times: of the main thread and of the shards',
        's',
        ['nodejs_eventloop_lag_p99_seconds{$q}', '{{instance}}'],
        ['halfspace_shard_event_loop_delay_p99_seconds{$q}', '{{instance}} {{shard}}'],
      ),
      graph('Shards at work', 'Share of the time that a scoring thread is busy', 'percentunit', [
        'rate(halfspace_shard_busy_seconds_total{$q}[5m])',
        '{{instance}} {{shard}}',
      ]),
      graph('Shards started anew', 'In an hour', 'short', [
        'increase(halfspace_shard_restarts_total{$q}[1h])',
        '{{instance}} {{shard}}',
      ]),
      graph('Retraining', 'How long the latest took', 's', ['halfspace_retrain_seconds{$q}', '{{instance}}']),
      graph('Windows', 'Analysed a minute, by source and outcome', 'short', [
        'sum by (source, outcome) (rate(halfspace_window_analyses_total{$q}[5m])) * 60',
        '{{source}} {{outcome}}',
      ]),
      graph(
        'Streams',
        'Readers by server-sent events and gRPC, and those cut off',
        'short',
        ['sum(halfspace_stream_subscribers{$q})', 'events'],
        ['sum(halfspace_watchers{$q})', 'gRPC'],
        ['sum(increase(halfspace_streams_dropped_total{$q}[1h]))', 'cut off in an hour'],
      ),
      graph('Requests to stores', 'A second, by source', 'reqps', [
        'sum by (source) (rate(halfspace_source_requests_total{$q}[5m]))',
        '{{source}}',
      ]),
    ],
  ],
];

const WIDTH = 24;
const STAT_HEIGHT = 4;
const GRAPH_HEIGHT = 8;

/** The dashboard as Grafana imports it; it asks for the Prometheus, the job and the instances. */
export function dashboard(): string {
  const panels: object[] = [];
  let y = 0;
  for (const [title, members] of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y: y++, w: WIDTH, h: 1 },
    });
    const height = members[0]?.kind === 'stat' ? STAT_HEIGHT : GRAPH_HEIGHT;
    const columns = members[0]?.kind === 'stat' ? members.length : members.length % 3 === 0 ? 3 : 4;
    for (const [index, panel] of members.entries()) {
      const width = WIDTH / columns;
      const gridPos = {
        x: (index % columns) * width,
        y: y + Math.floor(index / columns) * height,
        w: width,
        h: height,
      };
      panels.push({ id: panels.length + 1, ...grafanaPanel(panel), gridPos });
    }
    y += Math.ceil(members.length / columns) * height;
  }
  const whole = {
    uid: 'halfspace',
    title: 'Halfspace',
    description: 'Whether Halfspace is well, and what it finds',
    tags: ['halfspace', 'logs'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: variables() },
    annotations: { list: [] },
    panels,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function stat(title: string, description: string, unit: string, expression: string): Panel {
  return { title, description, unit, kind: 'stat', queries: [[expression, '']] };
}

function graph(title: string, description: string, unit: string, ...queries: Panel['queries']): Panel {
  return { title, description, unit, queries };
}

function share(outcomes: string): string {
  const rate = (more: string) => `sum(rate(halfspace_export_requests_total{$q${more}}[5m]))`;
  return `${rate(`, outcome=~"${outcomes}"`)} / ${rate('')}`;
}

function quantile(share: string): string {
  return `histogram_quantile(${share}, sum by (le) (rate(halfspace_export_request_seconds_bucket{$q}[5m])))`;
}

function grafanaPanel({ title, description, unit, queries, kind }: Panel): object {
  const fieldConfig = { defaults: { unit, min: 0 }, overrides: [] };
  const targets = queries.map(([expression, legendFormat], index) => ({
    refId: String.fromCodePoint(65 + index),
    expr: expression.replaceAll('$q', 'job=~"$job", instance=~"$instance"'),
    legendFormat,
  }));
  const common = { title, description, datasource: { type: 'prometheus', uid: '${datasource}' }, fieldConfig, targets };
  if (kind === 'stat') return { type: 'stat', ...common, options: { reduceOptions: { calcs: ['lastNotNull'] } } };
  const options = { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
  return { type: 'timeseries', ...common, options };
}

function variables(): object[] {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  const ofLabel = (name: string, query: string) => ({
    name,
    type: 'query',
    datasource,
    query: { query, refId: name },
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  });
  return [
    { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
    ofLabel('job', 'label_values(halfspace_build_info, job)'),
    ofLabel('instance', 'label_values(halfspace_build_info{job=~"$job"}, instance)'),
  ];
}
