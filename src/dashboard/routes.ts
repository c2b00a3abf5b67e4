import type { ComponentType } from 'preact';
import { CompareView } from './views/compare/compare-view.tsx';
import { IncidentView } from './views/incident/incident-view.tsx';
import { LiveView } from './views/live/live-view.tsx';
import { MapView } from './views/map/map-view.tsx';
import { SetupView } from './views/setup/setup-view.tsx';
import { StatusView } from './views/status/status-view.tsx';
import { TemplatesView } from './views/templates/templates-view.tsx';
import { UnknownView } from './views/unknown/unknown-view.tsx';
import { WindowsView } from './views/windows/windows-view.tsx';

export interface Route {
  view: string;
  title: string;
  component: ComponentType<{ query: Readonly<Record<string, string>> }>;
  /** Shows a window of a source: the choice goes along from one to the next. */
  ofWindow?: boolean;
  /** Others lead there; it has no place of its own at the top. */
  hidden?: boolean;
}

/** Where an address leads that names none of the others. */
const UNKNOWN: Route = { view: '', title: 'No such page', component: UnknownView, hidden: true };

export const ROUTES: readonly Route[] = [
  { view: 'live', title: 'Live', component: LiveView },
  { view: 'map', title: 'Map', component: MapView, ofWindow: true },
  { view: 'templates', title: 'Templates', component: TemplatesView, ofWindow: true },
  { view: 'compare', title: 'Compare', component: CompareView },
  { view: 'windows', title: 'Windows', component: WindowsView, ofWindow: true },
  { view: 'setup', title: 'Setup', component: SetupView },
  { view: 'status', title: 'Status', component: StatusView },
  { view: 'incident', title: 'Incident', component: IncidentView, hidden: true },
];

/** Without a name it is the first. */
export function routeOf(view: string): Route {
  return ROUTES.find((one) => one.view === (view === '' ? 'live' : view)) ?? UNKNOWN;
}
