// Several sources at once, with real directories and a real daemon.
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const SLEEP = '[vassal]\ncommand = sleep 1000\n';

function directories(...names: string[]): string[] {
  const root = tempDirectory();
  return names.map((name) => {
    const path = join(root, name);
    mkdirSync(path);
    return path;
  });
}

/** Renamed into place: written whole. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

test('two directories with one name: the first has it, then the second', async () => {
  const [a = '', b = ''] = directories('a', 'b');
  for (const each of [a, b]) put(join(each, 'web.ini'), SLEEP);
  const daemon = await emperor({ sources: [a, `dir://${b}`] });
  const { pid, source } = await daemon.running('web');
  expect(source).toBe(join(a, 'web.ini'));
  expect(daemon.output).toContain(`${join(b, 'web.ini')}: refused: ${join(a, 'web.ini')} has that name`);
  renameSync(join(a, 'web.ini'), join(a, 'gone'));
  const next = await daemon.until('web', (view) => view?.state === 'running' && view.source.startsWith(b));
  expect(next.pid).not.toBe(pid);
  expect(await daemon.ls()).toHaveLength(1);
});

test('one directory by four spellings: one vassal, and one reload for each change', async () => {
  const [a = '', empty = ''] = directories('a', 'empty');
  const shared = join(empty, 'shared');
  put(shared, '[vassal]\nenv = A=1\n');
  put(join(a, 'web.ini'), `[vassal]\ninclude = ${shared}\ncommand = sleep 1000\n`);
  const daemon = await emperor({ sources: [a, `dir://${a}/`, `glob://${a}/*.ini`, `${a}/../a`] });
  const first = await daemon.running('web');
  put(shared, '[vassal]\nenv = A=2\n');
  const second = await daemon.until('web', (view) => view?.state === 'running' && view.generation > 1);
  put(join(a, 'web.ini'), `[vassal]\ninclude = ${shared}\ncommand = sleep 2000\n`);
  await daemon.until('web', (view) => view?.state === 'running' && view.generation > second.generation);
  // Each of the others has looked by then.
  put(join(a, 'other.ini'), SLEEP);
  await daemon.running('other');
  expect((await daemon.view('web'))?.generation).toBe(first.generation + 2);
  expect(daemon.output).not.toContain('refused');
});

test('a pattern that leads to a file by two ways', async () => {
  const [root = ''] = directories('root');
  mkdirSync(join(root, 'one'));
  put(join(root, 'one', 'web.ini'), SLEEP);
  symlinkSync('one', join(root, 'two'));
  const daemon = await emperor({ sources: [`glob://${root}/*/web.ini`] });
  await daemon.running('web');
  await daemon.said(/web\.ini: refused: .*web\.ini has that name already/);
  expect(await daemon.ls()).toHaveLength(1);
});

test('SIGHUP: a source that is spelt anew keeps its vassals, one that is added adds, one that is gone takes', async () => {
  const [root = '', a = '', b = ''] = directories('root', 'a', 'b');
  // A jail that keeps its hands from what the daemon governs.
  put(join(a, 'web.ini'), `${SLEEP}clone = fs,pid\n`);
  put(join(b, 'web.ini'), SLEEP);
  put(join(b, 'api.ini'), SLEEP);
  const config = join(root, 'emperor.ini');
  const govern = (...sources: string[]) =>
    put(config, ['[emperor]', ...sources.map((source) => `emperor = ${source}`), ''].join('\n'));
  govern(a);
  const daemon = await emperor({ sources: [], args: ['--config', config] });
  const { pid } = await daemon.running('web');
  const reload = async (...sources: string[]) => {
    govern(...sources);
    const from = daemon.output.length;
    daemon.child.kill('SIGHUP');
    await daemon.said(new RegExp(`^[\\s\\S]{${from},}governing`));
  };
  await reload(`dir://${a}`);
  expect(await daemon.view('web')).toMatchObject({ pid, state: 'running', generation: 1 });
  expect(daemon.output).not.toMatch(/refused|is gone/);
  await reload(`dir://${a}`, b);
  await daemon.running('api');
  expect(await daemon.view('web')).toMatchObject({ pid, source: join(a, 'web.ini') });
  await reload(b);
  const moved = await daemon.until('web', (view) => view?.state === 'running' && view.source.startsWith(b));
  expect(moved.pid).not.toBe(pid);
  await reload(a);
  await daemon.until('api', (view) => view === undefined);
  await daemon.until('web', (view) => view?.state === 'running' && view.source.startsWith(a));
});
