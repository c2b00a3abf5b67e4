import type { Column } from './log-table.ts';
import { quoteIdentifier, textLiteral } from './identifier.ts';

/** How a column of times is read; `{start:Int64}` and `{end:Int64}` are the window's, in epoch milliseconds. */
export interface TimeSql {
  /** Whole epoch milliseconds; NULL where a row has no time. */
  ms: string;
  /** Whether a row is in the window, said of the column itself where it is of a type that an index can use. */
  isInWindow: string;
}

const IS_INTEGER = /^U?Int(?:8|16|32|64|128|256)$/;
const IS_NUMBER = /^(?:Float(?:32|64)|BFloat16|Decimal)/;

/** Undefined for a type that holds no time. */
export function timeSql({ name, type }: Column): TimeSql | undefined {
  const column = quoteIdentifier(name);
  // `toUnixTimestamp64Milli` refuses a plain DateTime.
  if (/^DateTime(?:\(|$)/.test(type)) {
    return {
      ms: `toInt64(toUnixTimestamp(${column})) * 1000`,
      isInWindow:
        `${column} >= toDateTime(intDiv({start:Int64} + 999, 1000)) AND ` +
        `${column} < toDateTime(intDiv({end:Int64} + 999, 1000))`,
    };
  }
  if (type.startsWith('DateTime64(')) {
    return {
      ms: `toUnixTimestamp64Milli(${column})`,
      isInWindow:
        `${column} >= fromUnixTimestamp64Milli({start:Int64}) AND ` +
        `${column} < fromUnixTimestamp64Milli({end:Int64})`,
    };
  }
  if (type === 'Date' || type === 'Date32')
    return inWindow(`toUnixTimestamp64Milli(toDateTime64(${column}, 3, 'UTC'))`);
  if (IS_INTEGER.test(type)) {
    const unit = [1000, 1, -1000, -1_000_000].map((factor) => {
      const scaled = (at: string) => (factor > 0 ? `intDiv({${at}:Int64}, ${factor})` : `{${at}:Int64} * ${-factor}`);
      return `(${column} >= ${scaled('start')} AND ${column} <= ${scaled('end')})`;
    });
    const { ms, isInWindow } = inWindow(integerMs(`toInt64(${column})`));
    return { ms, isInWindow: `(${unit.join(' OR ')}) AND ${isInWindow}` };
  }
  if (IS_NUMBER.test(type)) return inWindow(numberMs(`toFloat64(${column})`));
  return type === 'String' || type.startsWith('FixedString(') ? inWindow(textMs(column)) : undefined;
}

function inWindow(ms: string): TimeSql {
  return { ms, isInWindow: `${ms} >= {start:Int64} AND ${ms} < {end:Int64}` };
}

/** The unit is told by the size, as in all sources. */
function integerMs(value: string): string {
  return (
    `multiIf(${value} <= 0, NULL, ${value} < 100000000000, ${value} * 1000, ${value} < 100000000000000, ${value}, ` +
    `${value} < 100000000000000000, intDiv(${value}, 1000), intDiv(${value}, 1000000))`
  );
}

function numberMs(value: string): string {
  return (
    `toInt64(floor(multiIf(isNaN(${value}) OR ${value} <= 0, NULL, ${value} < 1e11, round(${value} * 1000), ` +
    `${value} < 1e14, ${value}, ${value} < 1e17, ${value} / 1e3, ${value} / 1e6)))`
  );
}

function textMs(column: string): string {
  const text = `trim(BOTH ' ' FROM toString(${column}))`;
  const isWhole = `match(${text}, ${textLiteral('^[0-9]{1,19}$')})`;
  const isDecimal = `match(${text}, ${textLiteral(String.raw`^[0-9]+\.[0-9]+$`)})`;
  return (
    `multiIf(${isWhole}, ${integerMs(`toInt64OrZero(${text})`)}, ${isDecimal}, ` +
    `${numberMs(`toFloat64OrZero(${text})`)}, ` +
    `toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(${text}, 3, 'UTC')))`
  );
}
