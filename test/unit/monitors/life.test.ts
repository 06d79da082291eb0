// A monitor's cost and its end: what it holds, what it does while nothing happens, and what is left when it stops.
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeRoot } from '../../helpers/need-root.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { compileMonitors, runScript } from './compiled.ts';
import { monitorOf, Recorder, started } from './recorder.ts';

const scriptWithMonitors = compileMonitors();

/** Of this whole process. */
function inotifyWatches(): number {
  let count = 0;
  for (const fd of readdirSync('/proc/self/fdinfo')) {
    const info = `/proc/self/fdinfo/${fd}`;
    if (existsSync(info)) count += readFileSync(info, 'utf8').match(/^inotify /gm)?.length ?? 0;
  }
  return count;
}

function fill(count: number): string {
  const directory = tempDirectory();
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `v${i}.ini`), 'one');
  return directory;
}

test('one watch does for thousands of files', async () => {
  const before = inotifyWatches();
  const { recorder } = await started(fill(2000));
  expect(recorder.told).toHaveLength(2000);
  expect(inotifyWatches() - before).toBe(1);
});

test('more events than the queue of inotify holds, while the loop is blocked: no file stays stale', async () => {
  const queue = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  const count = 1000;
  const directory = fill(count);
  // Not by the scan that comes soon after any hint.
  const { recorder } = await started(directory, { times: { soonMs: 600_000 } });
  // Two files in turn: the same event twice in a row would be one.
  for (let i = 0; i < queue; i++) chmodSync(join(directory, `v${i % 2}.ini`), 0o600);
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `v${i}.ini`), 'two');
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `n${i}.ini`), 'new');
  for (let i = 0; i < count; i++) {
    await recorder.text(`v${i}`, 'two');
    await recorder.text(`n${i}`, 'new');
  }
});

test('a file that is replaced all the time is told of some forty times a second, and the last is not missed', async () => {
  const directory = tempDirectory();
  const web = join(directory, 'web.ini');
  const { recorder } = await started(directory);
  const beganMs = performance.now();
  for (let i = 0; i < 1000; i++) {
    writeFileSync(`${web}.tmp`, `${i}`);
    renameSync(`${web}.tmp`, web);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await recorder.text('web', '999');
  expect(recorder.lines.length).toBeLessThan((performance.now() - beganMs) / 12 + 3);
});

test('what is no longer linked to is no longer watched', async () => {
  const directory = tempDirectory();
  const elsewhere = [tempDirectory(), tempDirectory()];
  const before = inotifyWatches();
  for (const [index, target] of elsewhere.entries()) {
    writeFileSync(join(target, 'web.ini'), 'one');
    symlinkSync(join(target, 'web.ini'), join(directory, `v${index}.ini`));
  }
  const { monitor, recorder } = await started(directory);
  expect(inotifyWatches() - before).toBe(3);
  unlinkSync(join(directory, 'v0.ini'));
  writeFileSync(join(directory, 'tmp'), 'plain');
  renameSync(join(directory, 'tmp'), join(directory, 'v1.ini'));
  await recorder.gone('v0');
  await recorder.text('v1', 'plain');
  await monitor.rescan();
  expect(inotifyWatches() - before).toBe(1);
});

describe('stop()', () => {
  test('tells nothing afterwards, and watches nothing', async () => {
    const before = inotifyWatches();
    const directory = tempDirectory();
    const { monitor, recorder } = await started(directory, { freqMs: 20 });
    expect(inotifyWatches()).toBeGreaterThan(before);
    await monitor.stop();
    expect(inotifyWatches()).toBe(before);
    writeFileSync(join(directory, 'web.ini'), 'one');
    await monitor.rescan();
    monitor.depend('web', [join(directory, 'other')]);
    const { recorder: other } = await started(directory);
    await other.text('web');
    expect(recorder.lines).toEqual([]);
  });

  test('in the middle of the first scan: start() resolves', async () => {
    const directory = tempDirectory();
    for (let i = 0; i < 500; i++) writeFileSync(join(directory, `v${i}.ini`), 'one');
    const monitor = monitorOf(directory);
    const recorder = new Recorder();
    const start = monitor.start(recorder);
    await recorder.wait('the first', () => true);
    await monitor.stop();
    await start;
    const told = recorder.told.length;
    expect(told).toBeLessThan(500);
    await started(directory);
    expect(recorder.told).toHaveLength(told);
  });

  test('twice, and before the start', async () => {
    const monitor = monitorOf(tempDirectory());
    await monitor.stop();
    await monitor.stop();
  });

  test('leaves nothing that keeps the process alive, whatever was waited for', async () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, 'v'));
    writeFileSync(join(directory, 'v', 'web.ini'), 'one');
    writeFileSync(join(directory, 'v', 'empty.ini'), '');
    symlinkSync('/nowhere/target', join(directory, 'v', 'dangling.ini'));
    const busy = openSync(join(directory, 'v', 'busy.ini'), 'w');
    const script = scriptWithMonitors(`
      const [directory] = process.argv.slice(2);
      const monitors = [directory + '/v', directory + '/missing', 'glob://' + directory + '/*/*.ini'].map((source) =>
        openMonitor(source, { freqMs: 30_000, nofollow: false, disk }));
      for (const monitor of monitors) await monitor.start(listener);
      monitors[0].depend('web', ['/nowhere/at/all']);
      await monitors[0].rescan();
      await Promise.all(monitors.map((monitor) => monitor.stop()));
      print('stopped', performance.now());
      process.on('exit', () => print('exit', performance.now(), process.getActiveResourcesInfo().filter((kind) => /Timeout|FSEvent/.test(kind))));
    `);
    const { output, code } = await runScript(process.execPath, [script, directory]);
    closeSync(busy);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [stopped, exit] = lines.slice(-2);
    expect(code).toBe(0);
    expect(stopped[0]).toBe('stopped');
    expect(exit).toEqual(['exit', expect.any(Number), []]);
    expect(exit[1] - stopped[1]).toBeLessThan(300);
  });
});

test('an idle monitor sleeps', async () => {
  // The directory above is watched too: not the one that everybody writes to.
  const directory = join(tempDirectory(), 'v');
  mkdirSync(directory);
  writeFileSync(join(directory, 'web.ini'), 'one');
  writeFileSync(join(directory, 'empty.ini'), '');
  symlinkSync('nowhere/target', join(directory, 'dangling.ini'));
  const script = scriptWithMonitors(`
    const times = { emptyMs: 200 };
    const monitor = openMonitor(process.argv[2], { freqMs: 30_000, nofollow: false, disk, times });
    await monitor.start(listener);
    const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount;
    const window = () => new Promise((resolve) => {
      const before = turns();
      setTimeout(() => resolve(turns() - before), 1100);
    });
    const windows = [];
    for (let i = 0; i < 3; i++) windows.push(await window());
    print(windows);
    await monitor.stop();
  `);
  const { output } = await runScript(process.execPath, [script, directory]);
  const [windows] = JSON.parse(output.trim().split('\n').at(-1) ?? '') as [number[]];
  // Of the loop: one by the test's own timer, and in one window or the other some by V8.
  expect(Math.min(...windows)).toBe(1);
});

describeRoot('with no inotify left, in a user namespace', () => {
  test.each([
    ['max_inotify_instances', 'EMFILE'],
    ['max_inotify_watches', 'ENOSPC'],
  ])('%s = 0: polled, and watched again when there is some', async (limit, code) => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'web.ini'), 'one');
    const script = scriptWithMonitors(`
      import { writeFileSync, unlinkSync } from 'node:fs';
      const [directory] = process.argv.slice(2);
      const keep = setInterval(() => {}, 1e6);
      const steps = {
        'trouble': () => writeFileSync(directory + '/api.ini', 'one'),
        'changed api': () => unlinkSync(directory + '/api.ini'),
        'removed api': () => writeFileSync('/proc/sys/user/${limit}', '100'),
        'well': () => { writeFileSync(directory + '/new.ini', 'one'); print('written', performance.now()) },
        'changed new': () => { print('seen', performance.now()); monitor.stop(); clearInterval(keep); },
      };
      const step = (name) => { print(name); steps[name]?.(); };
      const monitor = openMonitor(directory, { freqMs: 30_000, nofollow: false, disk, times: { pollMs: 100, rewatchMs: 300 } });
      await monitor.start({
        changed: ({ name }) => step('changed ' + name),
        removed: (name) => step('removed ' + name),
        unreadable: ({ name, message }) => print('unreadable', name, message),
        trouble: (message) => { print('trouble', message); step(message ? 'trouble' : 'well'); },
      });
    `);
    const shell = `echo 0 > /proc/sys/user/${limit} && exec "$@"`;
    const unshare = [
      '--user',
      '--map-root-user',
      'sh',
      '-c',
      shell,
      'sh',
      process.execPath,
      script,
      directory,
    ];
    const { output, code: exitCode } = await runScript('unshare', unshare);
    expect(output).toContain(`(${code})`);
    expect(output).toContain('changed new');
    expect(exitCode).toBe(0);
    const at = (word: string) => Number(new RegExp(`\\["${word}",([0-9.]+)\\]`).exec(output)?.[1]);
    expect(at('seen') - at('written')).toBeLessThan(60);
  });
});
