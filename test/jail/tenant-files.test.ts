// Files that the daemon opens with a tenant's rights: the kernel decides, whatever stands at the path.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/emperor/engine.ts';
import { openLogAs, putLogAsideAs, readAs } from '../../src/jail/tenant-helper.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const ID = 12_001;
const TENANT = {
  uid: ID,
  gid: ID,
  groups: [],
  entry: undefined,
  at: { file: '/x.ini', line: 1, column: 1 },
};
const SECRET = 'root:secret';
const ROUNDS = 200;

describeRoot('with the rights of a tenant', () => {
  let opened: Engine | undefined;
  let directory = '';

  function engine(): Engine {
    opened ??= openEngine();
    return opened;
  }

  afterAll(async () => opened?.close());

  beforeEach(() => {
    directory = tempDirectory();
    chownSync(directory, ID, ID);
    writeFileSync(path('own'), 'mine');
    writeFileSync(path('secret'), SECRET, { mode: 0o600 });
    mkdirSync(path('closed'), { mode: 0o700 });
    writeFileSync(path('closed/open'), SECRET, { mode: 0o644 });
  });

  function path(name: string): string {
    return join(directory, name);
  }

  function read(file: string): ReturnType<typeof readAs> {
    return readAs(engine(), TENANT, file);
  }

  test('a file is read', async () => {
    expect(await read(path('own'))).toEqual({ text: 'mine' });
    const large = 'x'.repeat(1024 * 1024);
    writeFileSync(path('large'), large);
    expect(await read(path('large'))).toEqual({ text: large });
    expect(await read('/proc/version')).toEqual({ text: readFileSync('/proc/version', 'utf8') });
  });

  test('what he may not read, by whatever way, is not', async () => {
    symlinkSync(path('secret'), path('link'));
    symlinkSync(path('closed'), path('door'));
    linkSync(path('secret'), path('hard'));
    for (const name of ['secret', 'link', 'hard', 'closed/open', 'door/open'])
      expect([name, await read(path(name))]).toEqual([name, { failure: 'EACCES' }]);
    expect(await read('/etc/shadow')).toEqual({ failure: 'EACCES' });
    expect(await read(path('nothing'))).toEqual({ failure: 'ENOENT' });
  });

  test('what is no file holds nobody up', async () => {
    execFileSync('mkfifo', ['-m', '666', path('fifo')]);
    writeFileSync(path('larger'), 'x'.repeat(1024 * 1024 + 1));
    expect(await read(path('fifo'))).toEqual({ failure: 'not a regular file' });
    expect(await read(directory)).toEqual({ failure: 'not a regular file' });
    expect(await read('/dev/zero')).toEqual({ failure: 'not a regular file' });
    expect(await read(path('larger'))).toEqual({ failure: 'larger than 1 MiB' });
  });

  test('what the helper itself has open is not to be had', async () => {
    for (const file of ['fd/0', 'fd/1', 'fd/3', 'fd/4', 'exe', 'environ', 'mem', 'root/etc/shadow'])
      expect(await read(`/proc/self/${file}`)).toHaveProperty('failure');
  });

  test('a link that is swapped all the time shows the one or an error, never the other', async () => {
    symlinkSync(path('own'), path('swapped'));
    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 8) {
      const answers = Array.from({ length: 4 }, () => read(path('swapped')));
      for (const target of ['secret', 'own', 'closed/open', 'own', 'secret', 'own']) {
        symlinkSync(path(target), path('next'));
        renameSync(path('next'), path('swapped'));
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const answer of await Promise.all(answers)) seen.add(JSON.stringify(answer));
    }
    const allowed = [{ text: 'mine' }, { failure: 'EACCES' }].map((answer) => JSON.stringify(answer));
    expect([...seen].filter((answer) => !allowed.includes(answer))).toEqual([]);
  });

  test('a log file is his, and appended to', async () => {
    writeFileSync(path('log'), 'old\n');
    chownSync(path('log'), ID, ID);
    for (const name of ['log', 'new']) {
      const fd = await openLogAs(engine(), TENANT, path(name));
      writeSync(fd, 'line\n');
      closeSync(fd);
    }
    expect(readFileSync(path('log'), 'utf8')).toBe('old\nline\n');
    const made = lstatSync(path('new'));
    expect([made.uid, made.gid, made.mode & 0o777]).toEqual([ID, ID, 0o640]);
  });

  test('a log file elsewhere is not opened', async () => {
    symlinkSync('/etc/tsjail-made', path('link'));
    symlinkSync('/etc', path('etc'));
    symlinkSync(path('secret'), path('toSecret'));
    linkSync(path('secret'), path('hard'));
    execFileSync('mkfifo', ['-m', '666', path('fifo')]);
    const tries = ['link', 'toSecret', 'hard', 'etc/tsjail-made', 'closed/x', 'fifo'];
    for (const name of tries) await expect(openLogAs(engine(), TENANT, path(name)), name).rejects.toThrow();
    for (const file of [
      '/proc/self/fd/1',
      '/proc/self/fd/3',
      '/dev/null',
      '/proc/self/oom_score_adj',
      '/etc/x',
    ])
      await expect(openLogAs(engine(), TENANT, file), file).rejects.toThrow();
    expect(readFileSync(path('secret'), 'utf8')).toBe(SECRET);
    expect(readdirSync('/etc')).not.toContain('tsjail-made');
  });

  test('the sticky bit does not help others to his log', async () => {
    const shared = path('shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    writeFileSync(join(shared, 'log'), '', { mode: 0o644 });
    await expect(openLogAs(engine(), TENANT, join(shared, 'log'))).rejects.toThrow('EACCES');
  });

  test('a log file is put aside, as far as numbers follow one another, with its mode', async () => {
    for (const [name, text] of [
      ['log', 'new'],
      ['log.1', 'one'],
      ['log.2', 'two'],
      ['log.4', 'four'],
    ] as const)
      own(name, text);
    chmodSync(path('log'), 0o604);
    await aside('log', 3);
    expect(['log', 'log.1', 'log.2', 'log.3', 'log.4'].map(text)).toEqual(['', 'new', 'one', 'two', 'four']);
    expect(lstatSync(path('log'))).toMatchObject({ uid: ID, gid: ID, mode: 0o100604 });
    await aside('log', 2);
    expect(['log', 'log.1', 'log.2', 'log.3'].map(text)).toEqual(['', '', 'new', 'two']);
    await aside('log', 0);
    expect(readdirSync(directory)).not.toContain('log');
  });

  test('a log file that is another one by now, or not his to move, stays', async () => {
    own('log', 'his');
    await putLogAsideAs(engine(), TENANT, path('log'), { keep: 3, inode: 1n });
    expect(['log', 'log.1'].map(text)).toEqual(['his', undefined]);
    const shared = path('shared');
    mkdirSync(shared, { mode: 0o755 });
    own('shared/log', 'his');
    await expect(aside('shared/log', 3)).rejects.toThrow('EACCES');
    own('log.1', 'one');
    symlinkSync(path('secret'), path('log.2'));
    await aside('log', 5);
    expect(['log.1', 'log.2'].map(text)).toEqual(['his', 'one']);
    expect(readFileSync(path('secret'), 'utf8')).toBe(SECRET);
  });

  function own(name: string, content: string): void {
    writeFileSync(path(name), content);
    chownSync(path(name), ID, ID);
  }

  function text(name: string): string | undefined {
    return existsSync(path(name)) ? readFileSync(path(name), 'utf8') : undefined;
  }

  async function aside(name: string, keep: number): Promise<void> {
    const { ino } = lstatSync(path(name), { bigint: true });
    await putLogAsideAs(engine(), TENANT, path(name), { keep, inode: ino });
  }

  /** Connections are made ready in advance, and the last one's end may be on its way to here. */
  async function rest(count: () => number): Promise<number> {
    let last = -1;
    let same = 0;
    await until('a rest', () => {
      const now = count();
      same = now === last ? same + 1 : 0;
      last = now;
      return same > 20;
    });
    return last;
  }

  test('nothing is left open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    await read(path('own'));
    const before = await rest(open);
    for (let i = 0; i < 20; i++) await read(path(i % 2 ? 'own' : 'secret'));
    closeSync(await openLogAs(engine(), TENANT, path('log2')));
    expect(await rest(open)).toBe(before);
  });
});
