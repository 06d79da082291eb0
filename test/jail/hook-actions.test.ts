// Every action of a hook, done in a jail and looked at afterwards; and what is told of each that fails.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runLines, startLines } from '../helpers/ini-jail.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const hooks = (...actions: readonly string[]) => actions.map((each) => `hook-as-root = ${each}`);
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

describeRoot('files', () => {
  test('are made, written, changed and taken away', async () => {
    const d = tempDirectory();
    writeFileSync(join(d, 'old'), 'old');
    writeFileSync(join(d, 'gone'), '');
    const end = await runLines(
      hooks(
        `mkdir:${d}/dir`,
        `create:${d}/new`,
        `creat:${d}/old`,
        `write:${d}/w x  y`,
        `writen:${d}/wn x`,
        `append:${d}/wn a`,
        `appendn:${d}/wn b`,
        `appendn:${d}/wn`,
        `unlink:${d}/gone`,
        `chmod:${d}/new 4750`,
        `chmod:${d}/old 7`,
        `sticky:${d}/dir`,
        `chown:${d}/w nobody daemon`,
        `chown2:${d}/wn 12 34`,
      ),
    );
    expect(end.said).toBeUndefined();
    expect(readFileSync(join(d, 'old'), 'utf8')).toBe('');
    expect(readFileSync(join(d, 'w'), 'utf8')).toBe('x  y');
    expect(readFileSync(join(d, 'wn'), 'utf8')).toBe('x\nab\n\n');
    expect(existsSync(join(d, 'gone'))).toBe(false);
    expect([mode(join(d, 'new')), mode(join(d, 'old')), mode(join(d, 'dir'))]).toEqual(['4750', '7', '1755']);
    expect(statSync(join(d, 'w'))).toMatchObject({ uid: 65534, gid: 1 });
    expect(statSync(join(d, 'wn'))).toMatchObject({ uid: 12, gid: 34 });
  });

  test('names of users are those of the root that the hook is in', async () => {
    const etc = tempDirectory();
    const d = tempDirectory();
    writeFileSync(join(etc, 'passwd'), 'nobody:x:777:777::/:/bin/sh\n');
    writeFileSync(join(etc, 'group'), 'inner:x:888:\n');
    writeFileSync(join(d, 'f'), '');
    const lines = hooks(`mount:none ${etc} /etc bind`, `chown:${d}/f nobody inner`);
    const end = await runLines(['clone = fs', ...lines]);
    expect(end.said).toBeUndefined();
    expect(statSync(join(d, 'f'))).toMatchObject({ uid: 777, gid: 888 });
  });

  test('print is a line of the output, as it is', async () => {
    const end = await runLines(hooks('print:%%s 100%% x', 'log:two', 'print:'));
    expect(end.output).toBe('%s 100% x\ntwo\n\n');
  });

  test.each([
    ['mkdir:/tmp', 'hook-mkdir /tmp: EEXIST, file already exists (it is there already)'],
    ['mkdir:/no/x', 'hook-mkdir /no/x: ENOENT, no such file or directory (the directory above is not there)'],
    ['unlink:/tmp', 'hook-unlink /tmp: EISDIR, illegal operation on a directory (it is a directory)'],
    ['unlink:/no', 'hook-unlink /no: ENOENT, no such file or directory'],
    ['write:/no/x y', 'hook-write /no/x y write: ENOENT, no such file or directory'],
    ['chmod:/no 7', 'hook-chmod /no 7: ENOENT, no such file or directory'],
    ['cd:/no', 'hook-chdir /no: ENOENT, no such file or directory'],
    ['sticky:/no', 'hook-sticky /no: ENOENT, no such file or directory'],
    ['chown:/tmp nosuch 0', 'hook-chown /tmp nosuch 0: no such name in /etc/passwd of this root'],
    ['chown:/tmp 0 nosuch', 'hook-chown /tmp 0 nosuch: no such name in /etc/group of this root'],
    ['umount:/no', 'hook-umount /no -: ENOENT, no such file or directory'],
    [
      'umount:/etc',
      'hook-umount /etc -: EINVAL, invalid argument (it is not a mount point, or locked together with others)',
    ],
    [
      'umount:/etc rec',
      'hook-umount /etc rec: EINVAL, invalid argument (it is not a mount point, or locked together with others)',
    ],
    [
      'mount:tmpfs none /no',
      'hook-mount none /no tmpfs -: ENOENT, no such file or directory (the target is not there)',
    ],
    [
      'mount:none /no /mnt bind',
      'hook-mount /no /mnt none bind: ENOENT, no such file or directory (the source is not there)',
    ],
    [
      'mount:nosuchfs none /mnt',
      'hook-mount none /mnt nosuchfs -: ENODEV, no such device (this kernel does not know the file system)',
    ],
    [
      'mount:none none /etc private',
      'hook-mount none /etc none private: EINVAL, invalid argument (the target is not a mount point)',
    ],
    [
      'mount:tmpfs none /mnt defaults nosuch=1',
      'hook-mount none /mnt tmpfs - nosuch=1: EINVAL, invalid argument (the file system does not take these flags or data)',
    ],
    [
      'mount:none /etc/passwd /mnt bind',
      'hook-mount /etc/passwd /mnt none bind: ENOTDIR, not a directory (source and target must both be directories, or neither)',
    ],
  ])('%s', async (action, told) => {
    const end = await runLines(['clone = fs', ...hooks(action)], 'echo command');
    expect(end.said).toBe(`/vassals/test.ini:3:1: ${told}`);
    expect(end.output).toBe('');
  });
});

describeRoot('fifos', () => {
  test('writefifo does not wait for a reader', async () => {
    const path = fifo();
    const end = await runLines(hooks(`writefifo:${path} x`, 'print:done'));
    expect(end.output).toBe('done\n');
  });

  test('spinningfifo does', async () => {
    const path = fifo();
    const jail = startLines(hooks('print:waiting', `spinningfifo:${path} hello`), 'echo up');
    await jail.said(/waiting/);
    expect(execFileSync('cat', [path], { encoding: 'utf8' })).toBe('hello');
    expect((await jail.end).output).toBe('waiting\nup\n');
  });

  test('but not for ever, and not when nobody wants it any more', async () => {
    const path = fifo();
    const end = await runLines(['hook-timeout = 200ms', ...hooks(`spinningfifo:${path} x`)]);
    expect(end.said).toMatch(/: no fifo with a reader within hook-timeout, 200 ms$/);
    const jail = startLines(hooks('print:waiting', `spinningfifo:${path} hello`), 'true');
    await jail.said(/waiting/);
    jail.process.kill();
    await jail.end;
  });
});

describeRoot('waiting', () => {
  test.each(['file', 'dir', 'fs'])('for a %s that comes, several directories deep', async (kind) => {
    const d = tempDirectory();
    const path = join(d, 'a/b/c');
    const jail = startLines(hooks('print:waiting', `wait_for_${kind}:${path}`), 'echo up');
    await jail.said(/waiting/);
    mkdirSync(join(d, 'a/b'), { recursive: true });
    if (kind === 'dir') mkdirSync(path);
    else writeFileSync(path, '');
    expect((await jail.end).output).toBe('waiting\nup\n');
  });

  test('what is there of another kind is not it', async () => {
    const end = await runLines(['hook-timeout = 100ms', ...hooks('wait_for_file:/tmp')]);
    expect(end.said).toBe(
      '/vassals/test.ini:3:1: hook-wait file /tmp: it did not appear within hook-timeout, 100 ms',
    );
  });

  test('for a mount, which is told by the kernel', async () => {
    const d = tempDirectory();
    const lines = ['clone = fs', ...hooks('print:waiting', `wait_for_mountpoint:${d}`)];
    const jail = startLines(lines, 'echo up');
    await jail.said(/waiting/);
    execFileSync('nsenter', ['-t', String(jail.jailerPid), '-m', 'mount', '-t', 'tmpfs', 'none', d]);
    expect((await jail.end).output).toBe('waiting\nup\n');
  });

  test('a directory is no mount', async () => {
    const end = await runLines(['hook-timeout = 100ms', 'wait-for-mountpoint = /etc']);
    expect(end.said).toMatch(/hook-wait mountpoint \/etc: it did not appear within hook-timeout, 100 ms$/);
  });

  test('for a network interface', async () => {
    expect((await runLines(['clone = net', 'wait-for-interface = lo'])).said).toBeUndefined();
    const end = await runLines(['clone = net', 'hook-timeout = 100ms', 'wait-for-interface = eth0']);
    expect(end.said).toMatch(/hook-wait interface eth0: it did not appear within hook-timeout, 100 ms$/);
    const long = await runLines(['clone = net', 'wait-for-interface = sixteen-letters-']);
    expect(long.said).toMatch(/ENAMETOOLONG.*at most 15 bytes/);
  });

  test('for a listener on a path or an address', async () => {
    const path = join(tempDirectory(), 'socket');
    const jail = startLines(hooks('print:waiting', `wait_for_socket:${path}`), 'echo up');
    await jail.said(/waiting/);
    await listening(path);
    expect((await jail.end).output).toBe('waiting\nup\n');
    const port = await listening(0);
    const more = hooks(`wait_for_socket:127.0.0.1:${port}`);
    expect((await runLines(more)).said).toBeUndefined();
  });

  test('for a listener who does not come', async () => {
    const end = await runLines([
      'clone = net',
      'hook-timeout = 100ms',
      ...hooks('wait_for_socket:127.0.0.1:1'),
    ]);
    expect(end.said).toMatch(
      /hook-wait socket 127\.0\.0\.1:1 \w+: nobody listened within hook-timeout, 100 ms$/,
    );
  });

  test('ends with the start', async () => {
    const jail = startLines(hooks('print:waiting', 'wait_for_file:/nowhere/to/be/found'), 'true');
    await jail.said(/waiting/);
    jail.process.kill();
    await jail.end;
  });
});

function fifo(): string {
  const path = join(tempDirectory(), 'fifo');
  execFileSync('mkfifo', [path]);
  chmodSync(path, 0o600);
  return path;
}

async function listening(where: string | number): Promise<number> {
  const server: Server = createServer((socket) => socket.destroy());
  onTestFinished(() => void server.close());
  const address = typeof where === 'string' ? { path: where } : { port: where, host: '127.0.0.1' };
  await new Promise<void>((resolve) => server.listen(address, resolve));
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describeWith('ip', 'a network interface', () => {
  test('that comes while it is waited for', async () => {
    const lines = ['clone = net', ...hooks('print:waiting', 'wait_for_interface:late0')];
    const jail = startLines(lines, 'echo up');
    await jail.said(/waiting/);
    const words = ['-t', String(jail.jailerPid), '-n', 'ip', 'link', 'add', 'late0', 'type', 'veth'];
    execFileSync('nsenter', words);
    expect((await jail.end).output).toBe('waiting\nup\n');
  });
});
