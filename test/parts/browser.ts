import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Unless it is built already, and newer than its sources. */
export function buildDashboard(): void {
  execFileSync(process.execPath, ['scripts/ensure-dashboard.mjs'], { cwd: ROOT });
}

/** Debian's Chromium without a window; the caller closes it. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Machines that run tests often have no GPU, a small /dev/shm and root as their only user.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath, headless: true, args });
}

/** What axe has against the page, or a part of it, by WCAG 2.2 A and AA: a sentence each, with the elements. */
export async function accessibilityFaults(page: Page, selector = 'html'): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy for scripts need not allow it.
  await page.evaluate(axe.source);
  const run = `axe.run(${JSON.stringify(selector)}, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`;
  const { violations } = await page.evaluate<{ violations: Violation[] }>(run);
  return violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

interface Violation {
  help: string;
  nodes: { target: string[] }[];
}
