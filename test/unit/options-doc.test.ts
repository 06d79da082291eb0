// The generated pages of docs/ say what the tables say; `npm run options-doc` writes them anew.
import { expect, test } from 'vitest';
import { renderOptions } from '../../.dev/options-doc.ts';
import { renderUwsgi } from '../../.dev/uwsgi-doc.ts';

test('docs/options.md is up to date', async () => {
  await expect(renderOptions()).toMatchFileSnapshot('../../docs/options.md');
});

test('docs/uwsgi.md is up to date', async () => {
  await expect(renderUwsgi()).toMatchFileSnapshot('../../docs/uwsgi.md');
});
