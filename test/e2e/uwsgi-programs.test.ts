// Which program runs a file for uWSGI, and with which words: wrappers, templates, other kinds of files, and none at all.
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { UwsgiApp } from '../helpers/uwsgi.ts';

const FILE = '[uwsgi]\nmodule = app\n';

/** Prints its words, then does `rest`. */
function program(directory: string, name: string, rest = 'exec sleep 1000'): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\necho "words: ${name} $*"\n${rest}\n`);
  chmodSync(path, 0o755);
  return path;
}

describeRoot('the program of a uWSGI vassal', () => {
  const quick = ['--emperor-curse-tolerance=1'];
  const said = (name: string) => new RegExp(`words: ${name} --ini web.ini`);

  test('is the wrapper, with all templates in their order', async () => {
    const directory = tempDirectory();
    const include = join(directory, 'web.inc');
    writeFileSync(include, '[vassal]\nenv = A=1\n');
    const daemon = await emperor({
      files: { 'web.ini': FILE },
      args: [
        ...quick,
        `--emperor-wrapper=${program(directory, 'wrapper')}`,
        '--vassals-set=socket=/run/%n.sock',
        `--vassals-include=${directory}/%n.inc`,
      ],
    });
    await daemon.said(
      new RegExp(`words: wrapper --set socket=/run/web.sock --ini web.ini --include ${include}\\n`),
    );
    await daemon.stop('SIGKILL');
  });

  test('is the first that can be run: overrides, then the wrapper, then fallbacks', async () => {
    const directory = tempDirectory();
    const one = program(directory, 'one');
    const two = program(directory, 'two');
    const options = [
      '--emperor-wrapper=/none',
      '--emperor-wrapper-override=/none',
      '--emperor-wrapper-override=none',
    ];
    const first = await emperor({
      files: { 'web.ini': FILE },
      args: [...quick, ...options, `--emperor-wrapper-override=${one}`, `--emperor-wrapper-fallback=${two}`],
    });
    await first.said(said('one'));
    await first.stop('SIGKILL');
    const second = await emperor({
      files: { 'web.ini': FILE },
      args: [...quick, ...options, '--emperor-wrapper-fallback=/none', `--emperor-wrapper-fallback=${two}`],
    });
    await second.said(said('two'));
    await second.stop('SIGKILL');
  });

  test('when none can be run, nothing is tried again, and it is told where and why', async () => {
    const daemon = await emperor({
      files: { 'web.ini': `; a comment\n${FILE}` },
      args: ['--emperor-wrapper=/none', '--emperor-wrapper-fallback=/no'],
    });
    const { lastExit, restarts } = await daemon.until('web', (view) => view?.state === 'exited');
    expect(restarts).toBe(0);
    expect(lastExit?.message).toMatch(/web\.ini:2:1: exec \/none: ENOENT, no such file/);
  });

  test('where uWSGI is not installed, how that is done', async () => {
    const daemon = await emperor({ files: { 'web.ini': FILE }, env: { PATH: '/nowhere' } });
    await daemon.said(/web\.ini:1:1: exec uwsgi: ENOENT.*'uwsgi' is not in PATH; apt-get install uwsgi-core/);
    expect(await daemon.view('web')).toMatchObject({ state: 'exited' });
  });

  test('exit code 26 means: not again', async () => {
    const wrapper = program(tempDirectory(), 'wrapper', 'exit 26');
    const daemon = await emperor({ files: { 'web.ini': FILE }, args: [`--emperor-wrapper=${wrapper}`] });
    const view = await daemon.until('web', (each) => each?.state === 'exited');
    expect(view).toMatchObject({ restarts: 0, lastExit: { code: 26 } });
    daemon.put('web.ini', `${FILE};\n`);
    await daemon.until('web', (each) => each?.state === 'exited' && each.generation === 2);
  });

  test('gets files with another extension by --config', async () => {
    const daemon = await emperor({
      files: { 'web.yml': 'uwsgi:\n  module: app\n', 'other.lua': 'x' },
      args: [...quick, `--emperor-wrapper=${program(tempDirectory(), 'wrapper')}`, '--emperor-extra-ext=yml'],
    });
    await daemon.said(/words: wrapper --config web.yml/);
    expect((await daemon.ls()).map(({ name }) => name)).toEqual(['web']);
    await daemon.stop('SIGKILL');
  });
});

describeWith('uwsgi_python3', 'uWSGI itself', () => {
  test('executes a file that may be executed, and takes what that prints', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ args: ['--emperor-magic-exec'] });
    const path = join(daemon.root, 'web.ini');
    writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${app.ini()}\nEND\n`);
    chmodSync(path, 0o755);
    renameSync(path, daemon.path('web.ini'));
    await daemon.running('web');
    expect(await app.ask()).toMatchObject({ version: 'one' });
  });

  test('takes templates as its own Emperor would have them', async () => {
    const app = new UwsgiApp();
    const include = join(app.directory, 'web.ini');
    writeFileSync(include, '[uwsgi]\nprocesses = 3\n');
    const daemon = await emperor({
      files: { 'web.ini': app.ini(['processes = 1']) },
      args: [`--vassals-include=${app.directory}/%n.ini`, '--vassals-set=procname-prefix=%n-'],
    });
    await daemon.running('web');
    await daemon.said(/spawned uWSGI worker 3/);
  });
});
