import type { ComponentChildren, JSX, TargetedMouseEvent } from 'preact';
import type { ApiError } from '../api/api-error.ts';
import { wantSecret } from '../api/secret.ts';
import { copied } from './copied.ts';

export function Panel(props: {
  title: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
  class?: string;
}): JSX.Element {
  return (
    <section class={`panel ${props.class ?? ''}`} aria-label={props.title}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.actions !== undefined && <div class="panel-actions">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}

export function Level({ level }: { level: string }): JSX.Element {
  return <span class={`level level-${level}`}>{level}</span>;
}

export function Empty(props: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{props.title}</p>
      {props.children}
    </div>
  );
}

/** By the code of the problem. */
const WHAT_TO_DO: Readonly<Record<string, string>> = {
  unreachable: 'This page tries again by itself.',
  source_not_configured: 'Setup shows what the source needs.',
  source_not_readable: 'Setup shows which file the source reads.',
  source_refused: 'Setup shows which credentials the source has.',
  source_failed: 'The store could not be read: see that it runs, and try again.',
  source_timed_out: 'A shorter window is read faster; SOURCE_TIMEOUT_SECONDS allows longer ones.',
  source_busy: 'The store wants fewer calls: try again in a minute.',
  busy: 'Others are being answered: try again in a moment.',
  too_many_calls: 'Wait a moment before the next try.',
  too_large: 'Ask for less at once.',
};

export function ErrorBox({ error, onRetry }: { error: ApiError; onRetry?: () => void }): JSX.Element {
  const hint = WHAT_TO_DO[error.code];
  // What the API says of it is for those who call it by themselves; a certificate is no matter of this page.
  if (error.code === 'unauthenticated' && error.message.includes('signing secret')) return <SecretWanted />;
  return (
    <div class="error-box" role="alert">
      <p>
        <strong>{error.status === 0 ? 'No answer' : `${error.status}`}</strong> {error.message}
        {hint !== undefined && <span class="muted"> {hint}</span>}
        {hint?.startsWith('Setup ') === true && (
          <>
            {' '}
            <a href="#/setup">Show Setup</a>
          </>
        )}
      </p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function SecretWanted(): JSX.Element {
  return (
    <div class="error-box" role="alert">
      <p>
        <strong>401</strong> The service wants its signing secret.
      </p>
      <button type="button" class="button" onClick={wantSecret}>
        Enter it
      </button>
    </div>
  );
}

export function Stat({ label, value, tone = '' }: { label: string; value: string; tone?: string }): JSX.Element {
  return (
    <div class={`stat ${tone}`}>
      <span class="stat-value">{value}</span>
      <span class="stat-label">{label}</span>
    </div>
  );
}

/** Copies a text, and says that it has. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }): JSX.Element {
  const copy = (event: TargetedMouseEvent<HTMLButtonElement>) => {
    const button = event.currentTarget;
    void copied(text).then((isCopied) => {
      button.focus();
      button.textContent = isCopied ? 'Copied' : 'Not copied';
      setTimeout(() => (button.textContent = label), 1500);
    });
  };
  return (
    <button type="button" class="button" onClick={copy}>
      {label}
    </button>
  );
}

/** What stands in a field of a form. */
export function fieldOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
