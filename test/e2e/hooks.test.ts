// Hooks of the daemon's own config and of its vassals, through the whole daemon.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, startEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const sleeper = ['command = sleep 1000', 'stop-timeout = 5'];

function configFile(...lines: string[]): { path: string; args: string[] } {
  const path = join(tempDirectory(), 'emperor.ini');
  writeFileSync(path, ['[emperor]', ...lines, ''].join('\n'));
  return { path, args: ['--config', path] };
}

test('emperor-start is done before there are vassals', async () => {
  const { args } = configFile('hook-emperor-start = exec:echo begins', 'hook-emperor-start = print:goes on');
  const daemon = await emperor({ args, files: { 'a.ini': vassal('hook-asap = print:vassal', ...sleeper) } });
  await daemon.running('a');
  expect(daemon.output).toMatch(/begins\ngoes on\n.*governing.*a \| vassal/s);
});

test('and when it fails, there are none, and no daemon', async () => {
  const { path, args } = configFile('hook-emperor-start = exec:exit 3');
  const daemon = startEmperor({
    args,
    files: { 'a.ini': vassal('hook-asap = print:vassal', ...sleeper) },
  });
  expect(await daemon.exit).toEqual({ code: 1, signal: null });
  expect(daemon.output).toContain(`${path}:2:1: hook-exec 'exit 3' must-work: it exited with code 3`);
  expect(daemon.output).not.toContain('vassal');
  expect(existsSync(daemon.control)).toBe(false);
});

test('a signal ends the daemon although such a hook is at work', async () => {
  const { args } = configFile('hook-emperor-start = exec:echo hanging; sleep 1000');
  const daemon = startEmperor({ args });
  await daemon.said(/hanging/);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

test('programs of the daemon get the name of each vassal; they may fail', async () => {
  const { args } = configFile(
    'vassals-start-hook = echo start $UWSGI_VASSALS_DIR',
    'vassals-stop-hook = false; echo stop',
  );
  const daemon = await emperor({ args, files: { "it's.ini": vassal(...sleeper) } });
  await daemon.running("it's");
  daemon.remove("it's.ini");
  await daemon.said(/it's \| stop it's\n/);
  expect(daemon.output).toContain(`it's | start ${daemon.vassals} it's\n`);
});

test('chains of the daemon come before those of the vassal; a change of them is a change of the vassal', async () => {
  const { path, args } = configFile('hook-as-vassal = print:one', 'exec-as-emperor = echo emperor');
  const daemon = await emperor({ args, files: { 'a.ini': vassal('exec-as-vassal = echo own', ...sleeper) } });
  const { generation } = await daemon.running('a');
  expect(await daemon.logs('a')).toEqual(['emperor', 'one', 'own']);
  writeFileSync(path, '[emperor]\nhook-as-vassal = print:two\n');
  daemon.child.kill('SIGHUP');
  await daemon.until('a', (view) => view?.state === 'running' && view.generation > generation);
  expect((await daemon.logs('a')).slice(-2)).toEqual(['two', 'own']);
});

test('reload and stop are told to the vassal before its signal', async () => {
  const hooks = ['emperor-stop', 'emperor-reload', 'as-user-atexit'].map(
    (phase) => `hook-${phase} = print:${phase}`,
  );
  const script = "trap 'echo asked; exit' TERM; echo up; while :; do sleep 0.01; done";
  const lines = vassal(...hooks, `command = sh -c "${script}"`);
  const daemon = await emperor({ files: { 'a.ini': lines } });
  const ups = async () => (await daemon.logs('a')).filter((line) => line === 'up').length;
  await until('the first', async () => (await ups()) === 1);
  daemon.put('a.ini', `${lines}\n`);
  await until('the second', async () => (await ups()) === 2);
  // Its word may be here before the news of its exec: until then there is nobody to be asked.
  await daemon.until('a', (view) => view?.state === 'running' && view.generation === 2);
  await daemon.act('stop', 'a');
  const told = (await daemon.logs('a')).filter((line) => !/^(up|exited)/.test(line));
  expect(told).toEqual([
    'emperor-reload',
    'asked',
    'as-user-atexit',
    'emperor-stop',
    'asked',
    'as-user-atexit',
  ]);
});

test('a failing hook is the reason of the end, and counts for the backoff', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal('start-limit = 2', 'hook-as-root = exec:exit 3', ...sleeper) },
  });
  const view = await daemon.until('a', ({ state = '' } = {} as never) => state === 'failed');
  expect(view.lastExit?.message).toMatch(/a\.ini:3:1: hook-exec 'exit 3' must-work: it exited with code 3$/);
});

test('a slow hook holds up nobody else', async () => {
  const slow = vassal('hook-as-emperor-before-vassal = exec:echo slow; sleep 1000', ...sleeper);
  const daemon = await emperor({ files: { 'a.ini': slow, 'b.ini': vassal(...sleeper) } });
  await daemon.said(/a \| slow/);
  await daemon.running('b');
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

test('a start that takes too long is killed in the midst of its hooks', async () => {
  const lines = ['start-timeout = 200ms', 'restart = never', 'hook-as-emperor = exec:sleep 1000', ...sleeper];
  const daemon = await emperor({ files: { 'a.ini': vassal(...lines) } });
  const view = await daemon.until('a', (each) => each?.lastExit?.reason === 'timeout-start');
  expect(view.pid).toBeNull();
});

describeRoot('the end of the daemon', () => {
  test.each([['clone = fs,pid'], ['']])('is told to its vassals, for a moment (%s)', async (clone) => {
    const file = join(tempDirectory(), 'lost');
    const hook = `hook-emperor-lost = exec:echo $$ > ${file}; exec sleep 1000`;
    const daemon = await emperor({ files: { 'a.ini': vassal(clone, 'uid = 0', hook, ...sleeper) } });
    const { pid } = await daemon.running('a');
    await daemon.stop('SIGKILL');
    await until('the hook', () => existsSync(file) && readFileSync(file, 'utf8') !== '', 2000);
    await until('the end of the command', () => !existsSync(`/proc/${pid}`), 2000);
  });
});
