// Users, groups and capabilities by the lines of a config, in roots of their own of every kind.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { type SmallRoot, smallRoot, vassalOf } from '../helpers/small-root.ts';

/** Another than on every host: daemon and mail are somebody else, and web is nobody outside. */
const PASSWD = 'root:x:0:0::/root:/bin/sh\nweb:x:3333:4444::/srv/web:/bin/false\ndaemon:x:777:778::/d:/d\n';
const GROUP = 'web:x:4444:\nssl:x:77:other,web\ndaemon:x:778:\nmail:x:79:\n';
const SHOW = 'echo $(id -u) $(id -G) $HOME $USER $SHELL $(grep CapEff /proc/self/status | cut -f2)';
const NONE = '0000000000000000';
const KILL = '0000000000000020';

function rootWith(files: Readonly<Record<string, string>> = { passwd: PASSWD, group: GROUP }): SmallRoot {
  const root = smallRoot();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root.path, 'etc', name), text);
  return root;
}

async function shown(root: SmallRoot, lines: readonly string[]): Promise<string> {
  const end = await runJail(vassalOf([...lines, ...root.lines], SHOW));
  return end.said?.replace(/^\S*web\.ini:/, '') ?? end.output.trim();
}

const KINDS: readonly (readonly [string, (path: string) => readonly string[]])[] = [
  ['namespace', (path) => [`namespace = ${path}`]],
  ['namespace in a user namespace', (path) => ['clone = user', `namespace = ${path}`]],
  ['namespace without an init', (path) => [`namespace = ${path}`, 'init = false']],
  ['chroot', (path) => ['clone = fs,pid', `chroot = ${path}`]],
];

describeRoot.each(KINDS)((_name, linesOf) => {
  test('a user that only the jail knows', async () => {
    const root = rootWith();
    expect(await shown(root, [...linesOf(root.path), 'uid = web', 'add-gid = mail'])).toBe(
      `3333 4444 77 79 /srv/web web /bin/false ${NONE}`,
    );
  });

  test('a user that is another one there', async () => {
    const root = rootWith();
    expect(await shown(root, [...linesOf(root.path), 'uid = daemon', 'gid = ssl', 'cap = kill'])).toBe(
      `777 77 /d daemon /d ${KILL}`,
    );
  });

  test('nobody', async () => {
    const root = rootWith();
    const lines = linesOf(root.path);
    expect(await shown(root, [...lines, 'uid = www-data'])).toBe(
      `${lines.length + 2}:1: uid = www-data: no such user in the jail's /etc/passwd`,
    );
  });

  test('numbers, where there are no such files', async () => {
    const root = rootWith({});
    expect(await shown(root, [...linesOf(root.path), 'uid = 7', 'gid = 8', 'env = HOME=/h'])).toMatch(
      new RegExp(`^7 8 /h .*${NONE}$`),
    );
  });
});
