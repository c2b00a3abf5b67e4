import type { DemoRandom } from './demo-random.ts';

/** OTLP severity numbers. */
const INFO = 9;
const WARN = 13;
const ERROR = 17;

/** One way a service speaks: how often beside its others, how severe, and the text with its variables filled in. */
export interface Voice {
  weight: number;
  severityNumber: number;
  say(random: DemoRandom): string;
}

export interface DemoService {
  name: string;
  /** When all is well. */
  linesPerSecond: number;
  voices: readonly Voice[];
}

const REGIONS = ['eu-west', 'eu-north', 'us-east', 'ap-south'] as const;
const SEARCHES = ['running shoes', 'rain jacket', 'head lamp', 'water bottle', 'tent'] as const;

/** A web shop on an ordinary day: a few routine warnings, an error now and then, as real services have. */
export const SHOP: readonly DemoService[] = [
  {
    name: 'gateway',
    linesPerSecond: 30,
    voices: [
      voice(60, INFO, (r) => `GET /api/products/${r.int(1000, 99999)} 200 in ${r.int(3, 80)}ms from ${ip(r)}`),
      voice(22, INFO, (r) => `POST /api/cart/${r.uuid()}/items 201 in ${r.int(8, 120)}ms from ${ip(r)}`),
      voice(9, INFO, (r) => `GET /api/orders/${r.int(100000, 999999)} 200 in ${r.int(5, 90)}ms from ${ip(r)}`),
      voice(6, INFO, (r) => `client ${ip(r)} closed the connection after ${r.int(1, 300)} requests`),
      voice(2, WARN, (r) => `rate limit reached for client ${ip(r)}, ${r.int(10, 90)} requests delayed`),
      voice(0.2, ERROR, (r) => `upstream search did not answer within 2000ms, request ${r.hex(16)}`),
    ],
  },
  {
    name: 'checkout',
    linesPerSecond: 14,
    voices: [
      voice(40, INFO, (r) => `order ${r.int(100000, 999999)} created for customer ${r.uuid()}`),
      voice(30, INFO, (r) => `order ${r.int(100000, 999999)} paid, total ${money(r)} EUR`),
      voice(20, INFO, (r) => `stock reserved for order ${r.int(100000, 999999)} in warehouse ${r.pick(REGIONS)}`),
      voice(2, WARN, (r) => `cart ${r.uuid()} has an item whose price changed from ${money(r)} to ${money(r)}`),
      voice(0.2, ERROR, (r) => `order ${r.int(100000, 999999)} rejected: address could not be verified`),
    ],
  },
  {
    name: 'payments',
    linesPerSecond: 5,
    voices: [
      voice(50, INFO, (r) => `charge ${r.uuid()} authorised by card network in ${r.int(80, 400)}ms`),
      voice(40, INFO, (r) => `charge ${r.uuid()} captured, amount ${money(r)} EUR`),
      voice(8, INFO, (r) => `connection pool: ${r.int(3, 11)} of 20 connections in use`),
      voice(2, WARN, (r) => `charge ${r.uuid()} declined by issuer, code ${r.int(10, 99)}`),
    ],
  },
  {
    name: 'inventory',
    linesPerSecond: 15,
    voices: [
      voice(60, INFO, (r) => `stock of item ${r.int(1000, 99999)} now ${r.int(1, 500)} in ${r.pick(REGIONS)}`),
      voice(25, INFO, (r) => `reservation ${r.hex(12)} confirmed for ${r.int(1, 4)} units`),
      voice(12, INFO, (r) => `cache refreshed, ${r.int(200, 900)} items in ${r.int(10, 60)}ms`),
      voice(2, WARN, (r) => `item ${r.int(1000, 99999)} below reorder level, ${r.int(1, 9)} left`),
    ],
  },
  {
    name: 'auth',
    linesPerSecond: 10,
    voices: [
      voice(60, INFO, (r) => `token issued for user ${r.int(10000, 99999)} valid 3600s`),
      voice(30, INFO, (r) => `session ${r.hex(24)} refreshed from ${ip(r)}`),
      voice(3, WARN, (r) => `wrong password for user ${r.int(10000, 99999)} from ${ip(r)}`),
    ],
  },
  {
    name: 'search',
    linesPerSecond: 12,
    voices: [
      voice(70, INFO, (r) => `query "${r.pick(SEARCHES)}" matched ${r.int(0, 800)} products in ${r.int(4, 70)}ms`),
      voice(20, INFO, (r) => `index segment ${r.int(1000, 9999)} merged, ${r.int(2, 60)} MB`),
      voice(2, WARN, (r) => `slow query took ${r.int(600, 1900)}ms, ${r.int(3, 9)} terms`),
    ],
  },
];

/** The incident: the database of payments runs out of connections, and what depends on it suffers. */
export const INCIDENT: readonly DemoService[] = [
  {
    name: 'payments',
    linesPerSecond: 15,
    voices: [
      voice(
        60,
        ERROR,
        (r) => `no connection to database payments-db after ${r.int(5000, 5200)}ms: pool exhausted, 20 of 20 in use`,
      ),
      voice(30, ERROR, (r) => `charge ${r.uuid()} failed: transaction could not be started`),
      voice(6, INFO, (r) => `charge ${r.uuid()} authorised by card network in ${r.int(80, 400)}ms`),
    ],
  },
  {
    name: 'checkout',
    linesPerSecond: 14,
    voices: [
      voice(35, INFO, (r) => `order ${r.int(100000, 999999)} created for customer ${r.uuid()}`),
      voice(
        20,
        WARN,
        (r) => `payment of order ${r.int(100000, 999999)} timed out after 5000ms, attempt ${r.int(1, 3)}`,
      ),
      voice(10, ERROR, (r) => `order ${r.int(100000, 999999)} abandoned: payments did not answer`),
    ],
  },
];

function voice(weight: number, severityNumber: number, say: (random: DemoRandom) => string): Voice {
  return { weight, severityNumber, say };
}

function ip(random: DemoRandom): string {
  return `10.${random.int(0, 31)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

function money(random: DemoRandom): string {
  return (random.int(199, 25_000) / 100).toFixed(2);
}
