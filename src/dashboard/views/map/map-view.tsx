import type { JSX } from 'preact';
import { Empty } from '../../ui/parts.tsx';

export function MapView(): JSX.Element {
  return <Empty title="Map" />;
}
