import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Anomaly } from '../../../domain/anomaly.ts';
import { REASONS } from '../../../domain/anomaly.ts';
import type { ApiError } from '../../api/api-error.ts';
import { follow } from '../../api/follow.ts';
import { hrefOf } from '../../router.ts';
import { Runs } from '../../template/runs.tsx';
import { lineRuns } from '../../template/template-text.ts';
import { Empty, ErrorBox, Level, Panel } from '../../ui/parts.tsx';
import { moment, plural } from '../../ui/format.ts';
import { reasonWords, REASON_WORDS } from '../../ui/reason-words.ts';

const KEPT_MAX = 500;
const SHOWN_MAX = 100;
const SHOWN_CHARS = 2000;
/** Drawn at most so often, however fast they come. */
const DRAW_MS = 200;

type Entry = Anomaly & { id: number };

/** Anomalies as they are found, newest first. */
export function Tail({ service }: { service: string | undefined }): JSX.Element {
  const [reason, setReason] = useState('');
  const [text, setText] = useState('');
  const { entries, connected, isKnown, error, paused, setPaused, held } = useTail(service, reason);
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    const fits = ({ message, template, service: of }: Entry) =>
      [message, template, of].some((field) => field.toLowerCase().includes(wanted));
    return entries.filter(fits).slice(0, SHOWN_MAX);
  }, [entries, text]);
  return (
    <Panel
      title={service === undefined ? 'Anomalies' : `Anomalies of ${service}`}
      actions={
        <>
          <span class="connection">
            <span class={`dot ${connected ? 'good' : 'bad'}`} /> {connected ? 'live' : 'connecting'}
          </span>
          <label>
            <span class="visually-hidden">Reason</span>
            <select value={reason} onChange={(event) => setReason(event.currentTarget.value)}>
              <option value="">every reason</option>
              {REASONS.map((one) => (
                <option key={one} value={one}>
                  {REASON_WORDS[one]}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span class="visually-hidden">Filter by text</span>
            <input
              type="search"
              placeholder="Filter"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <button type="button" class="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? `Paused, ${held} new` : 'Pause'}
          </button>
        </>
      }
    >
      {error !== undefined && error.status !== 0 && <ErrorBox error={error} />}
      {shown.length === 0 && (
        <Empty title={entries.length > 0 ? 'None that fits the filter' : emptyTitle(isKnown, service, reason)}>
          {entries.length > 0 && <p>{plural(entries.length, 'anomaly', 'anomalies')} without it.</p>}
        </Empty>
      )}
      <ol class="tail" aria-label="Anomalies, newest first">
        {shown.map((entry) => (
          <Line key={entry.id} entry={entry} />
        ))}
      </ol>
    </Panel>
  );
}

/** What an empty list of such anomalies means. */
function emptyTitle(isKnown: boolean, service: string | undefined, reason: string): string {
  if (!isKnown) return 'Waiting for the first answer';
  if (reason !== '') return 'None for that reason';
  return `Nothing has been out of place${service === undefined ? '' : ` in ${service}`}`;
}

function Line({ entry }: { entry: Entry }): JSX.Element {
  const repeats = entry.explanation?.repeats ?? 0;
  return (
    <li>
      <time class="muted mono">{moment(entry.timestamp)}</time>
      <Level level={entry.level} />
      <div class="tail-what">
        <span class="tail-service wrap">{entry.service}</span>
        <p class="mono wrap tail-message">
          <Runs runs={lineRuns(entry.message.slice(0, SHOWN_CHARS), entry.template)} />
        </p>
        <p class="muted wrap">
          {reasonWords(entry).join(' · ')}
          {repeats > 0 && ` · ${plural(repeats, 'line')} alike since the last one`}
          {entry.template !== '' && (
            <>
              {' · '}
              <a
                href={hrefOf('templates', { source: 'otlp', window: '1h', template: entry.fingerprint })}
                aria-label={`look at it: ${entry.template.slice(0, 60)}`}
              >
                look at it
              </a>
            </>
          )}
        </p>
      </div>
    </li>
  );
}

function useTail(service: string | undefined, reason: string) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [connected, setConnected] = useState(false);
  /** What was found before this page was opened has come. */
  const [isKnown, setKnown] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [paused, setPaused] = useState(false);
  const [held, setHeld] = useState(0);
  const waiting = useRef<Entry[]>([]);
  const isPaused = useRef(paused);
  isPaused.current = paused;
  useEffect(() => {
    waiting.current = [];
    setEntries([]);
    setKnown(false);
    let isOpen = false;
    const draw = () => {
      if (isOpen) setKnown(true);
      const fresh = waiting.current;
      if (fresh.length === 0) return;
      setHeld(isPaused.current ? fresh.length : 0);
      if (isPaused.current) return;
      waiting.current = [];
      setEntries((before) => [...fresh.toReversed(), ...before].slice(0, KEPT_MAX));
    };
    const timer = setInterval(draw, DRAW_MS);
    const stop = follow('/anomalies/stream', {
      query: { since: '0', service, reason },
      onEvent({ name, data }) {
        if (name !== 'anomaly') return;
        waiting.current.push(JSON.parse(data) as Entry);
        if (waiting.current.length > KEPT_MAX) waiting.current.splice(0, waiting.current.length - KEPT_MAX);
      },
      onConnected(now, problem) {
        isOpen = now;
        setConnected(now);
        setError(problem);
      },
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [service, reason]);
  return { entries, connected, isKnown, error, paused, setPaused, held };
}
