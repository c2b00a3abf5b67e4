import type { JSX } from 'preact';
import { hrefOf } from '../../router.ts';
import { Empty, Panel } from '../../ui/parts.tsx';

/** An address that was mistyped, or is another version's. */
export function UnknownView(): JSX.Element {
  return (
    <Panel title="No such page">
      <Empty title="The address names no page of this dashboard">
        <p>It may be mistyped, or lead to a page that another version has.</p>
        <a class="button primary" href={hrefOf('live')}>
          To the live view
        </a>
      </Empty>
    </Panel>
  );
}
