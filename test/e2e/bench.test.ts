// The launcher of the benchmarks knows how a plan is made today.
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildLauncher } from '../bench/build.mjs';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

describeRoot('the launcher of the benchmarks', () => {
  test('starts a jail', async () => {
    const program = await buildLauncher();
    const mark = join(tempDirectory(), 'mark');
    writeFileSync(mark, '#!/bin/sh\necho 1; exec sleep 1000\n');
    chmodSync(mark, 0o755);
    const said = execFileSync(process.execPath, [program, mark, '0', '1'], { encoding: 'utf8' });
    expect(JSON.parse(said)).toMatchObject({ call: expect.any(Number) });
  });
});
