// docs/options.md says what the table says; `npm run options-doc` writes it anew.
import { expect, test } from 'vitest';
import { renderOptions } from '../../.dev/options-doc.ts';

test('docs/options.md is up to date', async () => {
  await expect(renderOptions()).toMatchFileSnapshot('../../docs/options.md');
});
