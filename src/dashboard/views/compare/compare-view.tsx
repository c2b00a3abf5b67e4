import type { JSX } from 'preact';
import { Empty } from '../../ui/parts.tsx';

export function CompareView(): JSX.Element {
  return <Empty title="Compare" />;
}
