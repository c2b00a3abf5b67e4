import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Panel } from './parts.tsx';

interface SidePanelProps {
  title: string;
  class?: string;
  children: ComponentChildren;
  onClose(): void;
}

/**
 * A panel that somebody opened, to be read and closed again: by its button, or Escape. Whoever opened it goes on in it,
 * and afterwards where it was opened; an address alone takes nobody anywhere. Give it a key for what it shows.
 */
export function SidePanel({ title, class: name, children, onClose }: SidePanelProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const closing = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const own = place.current;
    own?.scrollIntoView({ block: 'nearest' });
    if (before !== null && before !== document.body) closing.current?.focus({ preventScroll: true });
    return () => {
      const { activeElement } = document;
      if (activeElement === document.body || own?.contains(activeElement) === true) focusAgain(before);
    };
  }, []);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isOfField(event.target)) close.current();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <div ref={place}>
      <Panel
        title={title}
        {...(name === undefined ? {} : { class: name })}
        actions={
          <button type="button" class="button" ref={closing} onClick={onClose}>
            Close
          </button>
        }
      >
        {children}
      </Panel>
    </div>
  );
}

/** There Escape clears the text or folds the list, and no more. */
function isOfField(target: EventTarget | null): boolean {
  return target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.value !== '');
}

/** The table may have scrolled on, and no longer draw the row. */
function focusAgain(before: Element | null): void {
  const target = before?.isConnected === true && before !== document.body ? before : document.querySelector('main');
  if (target instanceof HTMLElement) target.focus();
}
