import type { Level } from '../../../src/domain/level.ts';

export interface SyntheticService {
  service: string;
  linesPerSecond: number;
  clumpMean: number;
  /** Weight of the rare kinds of line together, as a share of the service's own. */
  tailShare: number;
  jobMinutes?: number;
  /** Level, weight, text; the second is what the job says. */
  phrases: [Level, number, string][];
}

/** Written for this bench; text as `phrase` takes it. */
export const SERVICES: readonly SyntheticService[] = [
  {
    service: 'gateway',
    linesPerSecond: 1.1,
    clumpMean: 2,
    tailShare: 0.02,
    phrases: [
      ['info', 50, '{ip} "GET /v2/products/{n:5000:0.9} HTTP/1.1" 200 {n:3100:0.3} {n:38:0.5}ms'],
      ['info', 25, '{ip} "POST /v2/cart HTTP/1.1" 201 {n:640:0.2} {n:52:0.5}ms'],
      ['info', 12, '{ip} "GET /healthz HTTP/1.1" 200 2 {n:2:0.2}ms'],
      ['info', 6, 'client {ip} closed keep-alive connection after {n:14:0.8} requests'],
      ['warn', 4, '{ip} "GET /v2/products/{n:5000:0.9} HTTP/1.1" 404 {n:120:0.1} {n:9:0.3}ms'],
      ['warn', 1.2, 'rate limit reached for client {ip}, delaying {n:6:0.5} requests'],
      ['error', 0.5, 'upstream catalog did not answer within {n:2000:0.02} ms, request {id}'],
    ],
  },
  {
    service: 'checkout',
    linesPerSecond: 0.6,
    clumpMean: 3,
    tailShare: 0.03,
    phrases: [
      ['info', 30, 'order {id} created for customer {uuid} with {n:3:0.5} items'],
      ['info', 24, 'order {id} paid in {n:420:0.4} ms'],
      ['info', 18, 'stock reserved for order {id} in {zone}'],
      ['info', 9, 'basket {uuid} saved'],
      ['warn', 2, 'price of item {n:40000:0.5} changed while in basket {uuid}'],
      ['warn', 1, 'retrying call to payments, attempt {attempt}'],
      ['error', 0.4, 'order {id} rejected: address could not be verified'],
      ['error', 0.2, 'order {id} rolled back: payment was not confirmed'],
    ],
  },
  {
    service: 'payments',
    linesPerSecond: 0.4,
    clumpMean: 2,
    tailShare: 0.02,
    jobMinutes: 10,
    phrases: [
      ['info', 40, 'level=info msg="charge authorised" charge={uuid} latency_ms={n:180:0.4}'],
      ['info', 30, 'level=info msg="charge captured" charge={uuid} amount={n:5400:0.7}'],
      ['info', 8, 'level=info msg="pool stats" in_use={n:6:0.4} idle={n:14:0.2}'],
      ['warn', 6, 'level=warn msg="charge declined by issuer" charge={uuid} code={n:40:0.3}'],
      ['error', 1, 'level=error msg="card network timeout" charge={uuid} waited_ms={n:5000:0.05}'],
    ],
  },
  {
    service: 'catalog',
    linesPerSecond: 0.7,
    clumpMean: 1.5,
    tailShare: 0.02,
    phrases: [
      ['info', 40, 'Cache hit for product {n:30000:0.6}'],
      ['info', 22, 'Cache miss for product {n:30000:0.6}, loaded in {n:24:0.5} ms'],
      ['debug', 20, 'Evaluated {n:12:0.3} pricing rules for {zone}'],
      ['info', 5, 'Refreshed {n:1800:0.1} products from the feed'],
      ['warn', 2, 'Product {n:30000:0.6} has no picture'],
      ['error', 0.6, 'Could not parse feed entry {n:900:0.7}: unexpected token'],
    ],
  },
  {
    service: 'auth',
    linesPerSecond: 0.5,
    clumpMean: 2,
    tailShare: 0.04,
    phrases: [
      ['info', 36, 'user {user} signed in from {ip} method=password'],
      ['info', 20, 'session {uuid} refreshed for {user}'],
      ['info', 12, 'session {uuid} expired after {n:1800:0.1} s'],
      ['warn', 9, 'invalid password for user {user} from {ip}, {n:2:0.4} tries left'],
      ['warn', 3, 'unknown user from {ip}'],
      ['error', 0.8, 'token signature of session {uuid} does not match'],
    ],
  },
  {
    service: 'search',
    linesPerSecond: 0.5,
    clumpMean: 1.5,
    tailShare: 0.03,
    jobMinutes: 15,
    phrases: [
      ['info', 50, '{"event":"query","took":{n:45:0.5},"hits":{n:230:1},"user":"{user}"}'],
      ['info', 12, '{"event":"segment_merged","segment":"{id}","docs":{n:9000:0.4},"took":{n:700:0.4}}'],
      ['info', 6, '{"event":"cache_evicted","entries":{n:300:0.3}}'],
      ['warn', 5, '{"event":"slow_query","took":{n:1600:0.3},"hits":{n:2000:1}}'],
      ['error', 1, '{"event":"query_failed","reason":"too many clauses","user":"{user}"}'],
    ],
  },
  {
    service: 'orders-worker',
    linesPerSecond: 0.35,
    clumpMean: 4,
    tailShare: 0.02,
    jobMinutes: 5,
    phrases: [
      ['info', 30, 'Task shop.tasks.ship[{uuid}] received'],
      ['info', 30, 'Task shop.tasks.ship[{uuid}] succeeded in {n:850:0.4}ms: None'],
      ['info', 9, 'Task shop.tasks.mail[{uuid}] succeeded in {n:120:0.4}ms: None'],
      ['warn', 6, 'Task shop.tasks.ship[{uuid}] retry: Retry in {n:30:0.2}s'],
      ['error', 3, 'Task shop.tasks.ship[{uuid}] raised unexpected: ConnectionError()'],
    ],
  },
  {
    service: 'postgres',
    linesPerSecond: 0.3,
    clumpMean: 1.5,
    tailShare: 0.05,
    jobMinutes: 30,
    phrases: [
      ['info', 24, 'duration: {n:310:0.5} ms  statement: SELECT * FROM orders WHERE id = {n:700000:0.2}'],
      ['info', 14, 'automatic vacuum of table "shop.public.carts": index scans: {attempt}'],
      ['info', 10, 'connection authorized: user={user} database=shop'],
      ['info', 8, 'checkpoint complete: wrote {n:900:0.5} buffers; write={n:26:0.3} s, total={n:27:0.3} s'],
      ['warn', 4, 'could not receive data from client: Connection reset by peer'],
      ['error', 3, 'duplicate key value violates unique constraint "carts_pkey"'],
      ['error', 1, 'canceling statement due to lock timeout'],
    ],
  },
  {
    service: 'scheduler',
    linesPerSecond: 0.05,
    clumpMean: 3,
    tailShare: 0.08,
    phrases: [
      ['info', 20, 'job nightly-report scheduled for {user}'],
      ['info', 20, 'job sync-stock finished in {n:12:0.3} s'],
      ['info', 10, 'leader lease renewed until {n:30:0.05} s from now'],
      ['warn', 1, 'job sync-stock is late by {n:40:0.5} s'],
      ['error', 0.3, 'job nightly-report failed with exit code {attempt}'],
    ],
  },
];
