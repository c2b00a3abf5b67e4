import { render } from 'preact';
import { App } from './app.tsx';
import './ui/theme.css';
import './ui/layout.css';
import './ui/parts.css';

const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
