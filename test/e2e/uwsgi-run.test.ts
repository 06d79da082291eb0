// `tsjail run` on a file for uWSGI: in the foreground, and what ends others ends it too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAIN } from '../helpers/cli.ts';
import { describeWith } from '../helpers/need-program.ts';
import { until } from '../helpers/until.ts';
import { processesWith, UwsgiApp } from '../helpers/uwsgi.ts';

describeWith('uwsgi_python3', 'tsjail run', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('serves until %s', async (signal) => {
    const app = new UwsgiApp();
    const file = join(app.directory, 'web.ini');
    writeFileSync(file, app.ini([], ['clone = fs,pid']));
    const env = { ...process.env, TEST_OF: app.directory };
    const run = spawn(process.execPath, [MAIN, 'run', file], { env, stdio: 'ignore' });
    const exit = once(run, 'exit');
    await until('it serves', () => app.serves('one'));
    run.kill(signal);
    expect(await exit).toEqual([0, null]);
    expect(processesWith(app.directory)).toEqual([]);
  });

  test('ends when uWSGI has nothing to do', async () => {
    const app = new UwsgiApp();
    const file = join(app.directory, 'web.ini');
    writeFileSync(file, app.ini(['idle = 1', 'die-on-idle = true']));
    const run = spawn(process.execPath, [MAIN, 'run', file], { stdio: 'ignore' });
    expect(await once(run, 'exit')).toEqual([0, null]);
  });
});
