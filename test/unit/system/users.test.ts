import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { UserFiles } from '../../../src/system/users.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const PASSWD = `root:x:0:0:root:/root:/bin/bash
# a comment
anna:x:1000:1000:Anna,,,:/home/anna:/bin/bash
toor:x:0:0:second root:/toor:/bin/sh
short:x:7:8
broken:x:abc:1::/:
:x:9:9::/:
+nis::::::
`;
const GROUP = `root:x:0:
adm:x:4:anna,root
ssl:x:110:anna
anna:x:1000:
empty:x:5
bad:x:-1:anna
`;

let passwd = '';
let group = '';
let users: UserFiles;

beforeEach(() => {
  const directory = tempDirectory();
  passwd = join(directory, 'passwd');
  group = join(directory, 'group');
  writeFileSync(passwd, PASSWD);
  writeFileSync(group, GROUP);
  users = new UserFiles(passwd, group);
});

test('users by name and number: the first line of a number counts', () => {
  expect(users.userByName('anna')).toEqual({
    name: 'anna',
    uid: 1000,
    gid: 1000,
    home: '/home/anna',
    shell: '/bin/bash',
  });
  expect(users.userById(0)?.name).toBe('root');
  expect(users.userByName('toor')?.uid).toBe(0);
});

test('lines that are none are passed over; fields at the end may be missing', () => {
  expect(users.userByName('short')).toEqual({ name: 'short', uid: 7, gid: 8, home: '/', shell: '' });
  for (const name of ['broken', '', '# a comment', '+nis', 'nobody'])
    expect(users.userByName(name)).toBeUndefined();
  expect(users.userById(9)).toBeUndefined();
});

test('groups, and those of a user: his own first, each once', () => {
  expect(users.groupByName('adm')).toEqual({ name: 'adm', gid: 4, members: ['anna', 'root'] });
  expect([users.groupById(4)?.name, users.groupById(77)]).toEqual(['adm', undefined]);
  expect(users.groupByName('empty')?.members).toEqual([]);
  expect(users.groupByName('bad')).toBeUndefined();
  expect(users.groupsOf('anna', 1000)).toEqual([1000, 4, 110]);
  expect(users.groupsOf('anna', 110)).toEqual([110, 4]);
  expect(users.groupsOf('nobody', 65_534)).toEqual([65_534]);
});

test('all names', () => {
  expect(users.userNames()).toEqual(['root', 'anna', 'toor', 'short']);
  expect(users.groupNames()).toEqual(['root', 'adm', 'ssl', 'anna', 'empty']);
});

test('the files are read once while they stay the same', () => {
  expect(users.userByName('anna')).toBe(users.userByName('anna'));
  expect(users.groupByName('adm')).toBe(users.groupByName('adm'));
});

describe('the files are read again', () => {
  test('when another is put in their place', () => {
    expect(users.userByName('bert')).toBeUndefined();
    writeFileSync(`${passwd}.new`, `${PASSWD}bert:x:1001:1001::/:/bin/sh\n`);
    renameSync(`${passwd}.new`, passwd);
    expect(users.userByName('bert')?.uid).toBe(1001);
  });

  test('when they change where they are', () => {
    expect(users.groupsOf('anna', 1000)).toContain(4);
    writeFileSync(group, GROUP.replace('adm:x:4:anna,', 'adm:x:4:'));
    expect(users.groupsOf('anna', 1000)).not.toContain(4);
  });

  test('a file that is gone has nobody in it, until it is back', () => {
    expect(users.userByName('anna')).toBeDefined();
    rmSync(passwd);
    expect(users.userByName('anna')).toBeUndefined();
    writeFileSync(passwd, PASSWD);
    expect(users.userByName('anna')).toBeDefined();
  });
});

test('this machine has a root', () => {
  expect(new UserFiles().userById(0)?.name).toBe('root');
  expect(new UserFiles().groupByName('root')?.gid).toBe(0);
});
