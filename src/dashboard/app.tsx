import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { usePlace, hrefOf } from './router.ts';
import type { Place } from './router.ts';
import { routeOf, ROUTES } from './routes.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { ThemeButton } from './ui/theme-button.tsx';

/** Which window is looked at goes along from view to view. */
function windowOf({ query }: Place): Record<string, string> {
  const kept = ['source', 'window', 'start', 'end'].filter((name) => query[name] !== undefined);
  return Object.fromEntries(kept.map((name) => [name, query[name] ?? '']));
}

export function App(): JSX.Element {
  const place = usePlace();
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const route = routeOf(place.view);
  useEffect(() => {
    document.title = `${route.title} · Halfspace`;
    if (route.ofWindow === true) setChosen(windowOf(place));
  }, [place, route]);
  const present = useRef<HTMLAnchorElement>(null);
  useEffect(() => present.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [route]);
  const View = route.component;
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href={hrefOf('live')} aria-label="Halfspace, live view">
          <img src="./favicon.svg" alt="" width="22" height="22" />
          Halfspace
        </a>
        <nav aria-label="Views">
          {ROUTES.filter(({ hidden }) => hidden !== true).map(({ view, title, ofWindow }) => (
            <a
              key={view}
              href={hrefOf(view, ofWindow === true ? chosen : {})}
              {...(view === route.view ? { 'aria-current': 'page' as const, ref: present } : {})}
            >
              {title}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        <h1 class="visually-hidden">{route.title}</h1>
        <View query={place.query} />
      </main>
      <SecretDialog />
    </>
  );
}

/** The address belongs to the views. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}
