// A real browser, one for a file of tests. What goes wrong in a page is an error of the test.
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export interface TestPage {
  readonly page: Page;
  /** Everything that the page complained about. */
  readonly complaints: string[];
}

export function browser(): (options?: PageOptions) => Promise<TestPage> {
  let shared: Browser | undefined;
  beforeAll(async () => {
    shared = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(() => shared?.close());
  return async ({ width = 1280, height = 800, dark = false } = {}) => {
    if (shared === undefined) throw new Error('no browser');
    const context = await shared.newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    onTestFinished(() => context.close());
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return { page, complaints };
  };
}
