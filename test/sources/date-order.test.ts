import { describe, expect, test } from 'vitest';
import { dateOrderIn } from '../../src/sources/record/date-order.ts';
import { datedFile } from './dated-file.ts';
import { outlineOf, readRows } from './read-rows.ts';

const modifiedMs = Date.UTC(2026, 10, 20);
const file = datedFile('date-order', modifiedMs);

const daysOf = async (content: string) =>
  (await readRows({ path: file(content) })).rows.map(({ timestamp }) => new Date(timestamp).toISOString().slice(5, 16));

describe('dates with slashes', () => {
  test.each<[string, string, string]>([
    ['the first that can be read in one way only', '05/11/2026 10:00 a\n13/11/2026 10:00 b\n01/31/2026 10:00', 'day'],
    ['the same, of the other order', '11/05/2026 10:00 a\n11/13/2026 10:00 b\n31/01/2026 10:00', 'month'],
    ['none: the month is first', '05/03/2026 10:00 a\n06/03/2026 10:00 b', 'month'],
    ['none, and the day first alone is of the last month', '05/11/2026 10:00 a\n06/03/2026 10:00 b', 'day'],
    ['none, and the month first is of the last month', '11/05/2026 10:00 a\n05/11/2026 10:00 b', 'month'],
    ['none, and the month first lies behind the last change', '12/05/2026 10:00 a', 'day'],
    ['none that tells, but the next', '11/11/2026 10:00 a\n05/11/2026 10:00 b', 'day'],
    ['no date, but a path', 'GET /13/11/2026 10:00', 'month'],
    ['no such day', '31/02/2026 10:00 a\n40/01/2026 10:00 b', 'month'],
  ])('go by %s', (_, text, order) => {
    expect(dateOrderIn(Buffer.from(text), modifiedMs)).toBe(`${order}-first`);
  });

  const lines = ['05/11/2026 10:00:00', '12/11/2026 10:00:00', '13/11/2026 10:00:00'];
  const days = ['11-05T10:00', '11-12T10:00', '11-13T10:00'];

  test.each([
    ['text', lines.map((time) => `${time} ERROR boom\n`).join('')],
    ['JSON lines', lines.map((time) => `${JSON.stringify({ time, msg: 'boom' })}\n`).join('')],
    ['JSON lines of PHP', lines.map((time) => `{"time":"${time.replaceAll('/', '\\/')}","msg":"boom"}\n`).join('')],
    ['a JSON array', JSON.stringify(lines.map((time) => ({ time, msg: 'boom' })))],
    ['CSV', `time,message\n${lines.map((time) => `${time},boom\n`).join('')}`],
    ['CSV of two columns', `date,time,message\n${lines.map((time) => `${time.replace(' ', ',')},boom\n`).join('')}`],
  ])('are read in one way in a whole file of %s', async (_, content) => {
    expect(await daysOf(content)).toEqual(days);
  });

  test('are read in the same way where a file is looked at by its ends', async () => {
    const path = file(`${lines[0]} first\n${lines[2]} last\n`);
    const outline = await outlineOf({ path });
    expect(outline).toMatchObject({ dateOrder: 'day-first', firstMs: Date.UTC(2026, 10, 5, 10) });
  });

  test('leave a year of two digits to Spark, which has it first', async () => {
    expect(await daysOf('17/06/09 20:10:40 boom\n')).toEqual(['06-09T20:10']);
  });

  test.each([
    '11/27/2026 boom',
    '1.2.2026 is out',
    '27.11.2026',
    '10.11.2026.5 08:00:00 boom',
    '40.01.2026 08:00 boom',
  ])('or dots are none without a time of day: %s', async (line) => {
    const { rows, summary } = await readRows({ path: file(`${line}\n`) });
    expect([rows[0]?.message, summary.untimedRows]).toEqual([line, 1]);
  });
});
