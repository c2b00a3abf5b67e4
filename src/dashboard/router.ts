import { useEffect, useState } from 'preact/hooks';

/** Where somebody is: a view, and what it shows. All of it stands in the address, so that it can be passed on. */
export interface Place {
  view: string;
  query: Readonly<Record<string, string>>;
}

/** Reads `#/view?name=value`. */
export function readPlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { view: path, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** Parts that are undefined or empty are left out. */
export function hrefOf(view: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  const search = new URLSearchParams(set).toString();
  return `#/${view}${search === '' ? '' : `?${search}`}`;
}

/** Changes what the view shows; `replace` leaves no step to go back to. */
export function go(view: string, query: Readonly<Record<string, string | undefined>>, { replace = false } = {}): void {
  const href = hrefOf(view, query);
  if (!replace) {
    location.hash = href;
    return;
  }
  history.replaceState(null, '', href);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  useEffect(() => {
    const follow = () => setPlace(readPlace(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return place;
}
