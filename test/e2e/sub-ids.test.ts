// An ordinary user with sub-ids: a jail with users of its own, mapped by newuidmap and newgidmap.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CliCall, tsjail } from '../helpers/cli.ts';
import { describeWith } from '../helpers/need-program.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const USER = 65_534;
const MAPS = 'cat /proc/self/uid_map; cat /proc/self/gid_map; cat /proc/self/setgroups';

interface SubIdFiles {
  readonly subuid?: string;
  readonly subgid?: string;
  /** More commands as root of the mount namespace. */
  readonly more?: string;
}

/** A command prefix: as the user, where these are the files of sub-ids. */
function asUser({
  subuid = 'nobody:300000:65536',
  subgid = subuid,
  more = 'true',
}: SubIdFiles = {}): string[] {
  const directory = tempDirectory();
  chmodSync(directory, 0o755);
  const script = [`cd ${directory}`, more];
  for (const [name, text] of Object.entries({ subuid, subgid })) {
    writeFileSync(join(directory, name), `${text}\n`);
    script.push(`mount --bind ${name} /etc/${name}`);
  }
  script.push(`cd /; exec setpriv --reuid=${USER} --regid=${USER} --clear-groups "$@"`);
  return ['unshare', '-m', 'sh', '-ec', script.join('\n'), 'sh'];
}

const run = (files: SubIdFiles, ...args: string[]) => tsjail(['run', ...args], { wrapper: asUser(files) });
const lines = (...ranges: string[]) => ranges.map((range) => ` *${range.replaceAll(':', ' +')}\n`).join('');

describeWith('newuidmap', 'an ordinary user with sub-ids', () => {
  test('has them all by default, behind his own id, and groups to set', async () => {
    const end = await run({}, '--clone=fs,pid', '--', 'sh', '-c', `id -u; ${MAPS}`);
    expect(end.stderr).toBe('');
    const map = lines(`0:${USER}:1`, '1:300000:65536');
    expect(end.stdout).toMatch(new RegExp(`^0\n${map}${map}allow\n$`));
  });

  test('by number too, several ranges of both kinds', async () => {
    const files = { subuid: 'root:1:5\n65534:300000:10\nnobody:400000:5', subgid: 'nobody:500000:100' };
    const end = await run(files, '--clone=user', '--', 'sh', '-c', MAPS);
    const uids = lines(`0:${USER}:1`, '1:300000:10', '11:400000:5');
    expect(end.stdout).toMatch(new RegExp(`^${uids}${lines(`0:${USER}:1`, '1:500000:100')}allow\n$`));
  });

  test('may be somebody else inside, with groups', async () => {
    const end = await run(
      {},
      '--clone=fs,pid',
      '--uid=www-data',
      '--add-gid=50',
      '--',
      'sh',
      '-c',
      'id -u; id -g; id -G',
    );
    expect([end.stderr, end.stdout]).toEqual(['', '33\n33\n33 50\n']);
  });

  test('a map of his own making', async () => {
    const maps = [`--uid-map=0:300000:100,1000:${USER}:1`, '--gid-map=0:300500:10'];
    const end = await run({}, '--clone=user', ...maps, '--', 'sh', '-c', `id -u; ${MAPS}`);
    expect(end.stderr).toBe('');
    const uids = lines('0:300000:100', `1000:${USER}:1`);
    expect(end.stdout).toMatch(new RegExp(`^0\n${uids}${lines('0:300500:10')}allow\n$`));
  });

  test('his own id alone needs no helper, and denies setgroups', async () => {
    const own = [`--uid-map=0:${USER}:1`, `--gid-map=0:${USER}:1`];
    const more = 'mount --bind /bin/false /usr/bin/newuidmap; mount --bind /bin/false /usr/bin/newgidmap';
    const end = await run({ more }, '--clone=user', ...own, '--', 'sh', '-c', MAPS);
    const map = lines(`0:${USER}:1`);
    expect(end.stdout).toMatch(new RegExp(`^${map}${map}deny\n$`));
  });

  test('what is not his is refused before anything runs, with what is', async () => {
    const end = await run({}, '--clone=user', '--uid-map=0:65534:1,1:365000:1000', '--', 'true');
    expect(end.code).not.toBe(0);
    expect(end.stderr).toContain(
      '1:365000:1000 maps ids that are not ours: without root there are 65534, 300000-365535 (see /etc/subuid)',
    );
  });

  test('without the helpers, or without their rights, there is his own id', async () => {
    const map = lines(`0:${USER}:1`);
    const hidden = await run(
      { more: 'mount --bind /dev/null /usr/bin/newuidmap' },
      '--clone=user',
      '--',
      'cat',
      '/proc/self/uid_map',
    );
    expect(hidden.stdout).toMatch(new RegExp(`^${map}$`));
    const wrapper = [...asUser(), 'setpriv', '--no-new-privs'];
    const tied = await tsjail(['run', '--clone=user', '--', 'cat', '/proc/self/uid_map'], { wrapper });
    expect(tied.stdout).toMatch(new RegExp(`^${map}$`));
  });

  test('what a helper complains of is told, at the line that asked for the map', async () => {
    const more =
      'mount --bind /usr/bin/newuidmap /usr/bin/newuidmap; mount -o remount,bind,nosuid /usr/bin/newuidmap';
    const end = await run({ more }, '--clone=user', '--', 'true');
    expect(end.code).toBe(125);
    expect(end.stderr).toMatch(/uid-map: newuidmap: .*Operation not permitted/);
  });

  test('a helper that hangs goes with the jail', async () => {
    const directory = tempDirectory();
    chmodSync(directory, 0o777);
    const started = join(directory, 'started');
    const script = join(directory, 'hang');
    writeFileSync(
      script,
      `#!/bin/sh\necho $$ > ${started}.new; mv ${started}.new ${started}; exec sleep 1000\n`,
    );
    chmodSync(script, 0o755);
    const wrapper = asUser({ more: `mount --bind ${script} /usr/bin/newuidmap` });
    const call = new CliCall(['run', '--clone=user,pid,fs', '--', 'true'], { wrapper });
    await until('the helper runs', () => existsSync(started));
    call.child.kill('SIGTERM');
    const end = await call.end;
    expect(end.signal === null && end.code !== 0).toBe(true);
    const pid = execFileSync('cat', [started]).toString().trim();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
