import type { JSX } from 'preact';
import { Empty } from '../../ui/parts.tsx';

export function TemplatesView(): JSX.Element {
  return <Empty title="Templates" />;
}
