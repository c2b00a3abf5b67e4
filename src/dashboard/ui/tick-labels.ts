const DAY_S = 86_400;

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const SECOND = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });

/**
 * What stands at the ticks of a time axis, each different from its neighbours: the clock, to the second where they are
 * less than a minute apart, the day at midnight and where they are days apart, else the month.
 *
 * @param ticks epoch seconds.
 * @param stepSeconds between two of them.
 */
export function tickLabels(ticks: readonly number[], stepSeconds: number): string[] {
  return ticks.map((tick) => {
    const date = new Date(tick * 1000);
    if (stepSeconds < 60) return SECOND.format(date);
    if (stepSeconds >= 28 * DAY_S) return MONTH.format(date);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    return isMidnight || stepSeconds >= DAY_S ? DAY.format(date) : CLOCK.format(date);
  });
}
