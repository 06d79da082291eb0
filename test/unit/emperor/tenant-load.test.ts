// How long the reading of a tenant's config may take, whatever his file systems do.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_ANSWERS } from '../../../src/config/host.ts';
import { NO_DEFAULTS } from '../../../src/config/vassal.ts';
import { loadTenant } from '../../../src/emperor/tenant-load.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { host } from '../config/helpers.ts';

const ANNA = 12_001;
const RULES = { nofollow: false, initgroups: false };
const READ_MS = 20;
const PATIENCE_MS = 100;

test('files that are slow are waited for together, not one by one', async () => {
  const path = join(tempDirectory(), 'a.ini');
  const includes = Array.from({ length: 200 }, (_, index) => `include = /slow/${index}`);
  const text = ['[vassal]', 'command = true', ...includes, ''].join('\n');
  writeFileSync(path, text);
  const { dev, ino } = statSync(path);
  let reads = 0;
  const begun = performance.now();
  const { config, problems } = await loadTenant(
    { name: 'a', path, directory: '/', text },
    { path, target: `${dev}:${ino}`, uid: ANNA, gid: ANNA },
    {
      defaults: { ...NO_DEFAULTS, tyrant: RULES },
      rules: RULES,
      host: { ...host(), ...NO_ANSWERS },
      context: { environment: {}, uid: 0, terminal: false },
      read: async () => ({ failure: 'ENOENT' }),
      readAs: async () => {
        reads++;
        await new Promise((resolve) => setTimeout(resolve, READ_MS));
        return { text: '[vassal]\n' };
      },
      patienceMs: PATIENCE_MS,
    },
  );
  expect(reads).toBeLessThan(100);
  expect(performance.now() - begun).toBeLessThan(2000);
  expect(config).toBeUndefined();
  expect(problems.map(({ message }) => message).join()).toContain('ETIMEDOUT');
});
