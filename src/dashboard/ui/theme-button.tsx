import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

type Theme = 'light' | 'dark';
const KEY = 'halfspace-theme';

/** Light or dark as the system has it, until somebody says otherwise. */
export function ThemeButton(): JSX.Element {
  const [theme, setTheme] = useState<Theme>(() => stored() ?? ofSystem());
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    dispatchEvent(new Event('themechange'));
  }, [theme]);
  const other: Theme = theme === 'dark' ? 'light' : 'dark';
  const change = () => {
    localStorage.setItem(KEY, other);
    setTheme(other);
  };
  return (
    <button type="button" class="button theme-button" aria-label={`Show in ${other} colours`} onClick={change}>
      <span aria-hidden="true">{theme === 'dark' ? '☀' : '☾'}</span>
    </button>
  );
}

function stored(): Theme | undefined {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : undefined;
}

function ofSystem(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
