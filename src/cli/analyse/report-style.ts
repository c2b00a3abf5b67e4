/** What the report looks like. A hash of this very text lets it through the page's policy. */
export const REPORT_STYLE = `
:root { --back: #fff; --text: #1b1f24; --dim: #57606a; --line: #d0d7de; --dot: #2563eb; --apart: #c81e1e; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --dim: #9198a1; --line: #30363d; --dot: #60a5fa; --apart: #ff7b72; }
}
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { overflow-wrap: anywhere; font-size: 1.5rem; }
h2 { margin-top: 2rem; font-size: 1.2rem; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
td:last-child { min-width: 16rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { color: var(--dim); margin: 0; }
summary { cursor: pointer; }
tr.apart code { color: var(--apart); }
svg { width: 100%; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px; }
@media (max-width: 40rem) {
  thead { display: none; }
  table, tbody, tr { display: block; }
  tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  td { display: inline-block; padding: 0 0.8rem 0 0; border: 0; }
  td:last-child { display: block; padding: 0; }
  td[data-name]:not(:empty)::before { content: attr(data-name) " "; color: var(--dim); }
}
circle { fill: var(--dot); fill-opacity: 0.55; stroke: var(--back); }
circle.apart { fill: var(--apart); fill-opacity: 0.8; }
`;
