import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { SubIdFiles } from '../../../src/system/sub-ids.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const SUBUID = `anna:100000:65536
# a comment
1000:300000:10
bert:400000:5
anna:broken:5
anna:500000:0
anna:7
`;

let helper = '';
let subgid = '';
let files: SubIdFiles;

beforeEach(() => {
  const directory = tempDirectory();
  const subuid = join(directory, 'subuid');
  subgid = join(directory, 'subgid');
  helper = join(directory, 'newuidmap');
  writeFileSync(subuid, SUBUID);
  writeFileSync(subgid, 'anna:100000:5\n');
  writeFileSync(helper, '', { mode: 0o755 });
  files = new SubIdFiles(subuid, subgid, [helper]);
});

test('by name and by number, both files by the user', () => {
  expect(files.of(1000, 'anna')).toEqual({
    uid: [
      { first: 100_000, count: 65_536 },
      { first: 300_000, count: 10 },
    ],
    gid: [{ first: 100_000, count: 5 }],
    lack: undefined,
  });
  expect(files.of(1000, undefined).uid).toEqual([{ first: 300_000, count: 10 }]);
});

test('why there are none', () => {
  expect(files.of(7, 'nobody')).toEqual({
    uid: [],
    gid: [],
    lack: 'see /etc/subuid and /etc/subgid for more',
  });
  rmSync(subgid);
  expect(files.of(1001, 'bert')).toMatchObject({ uid: [{ first: 400_000 }], gid: [] });
  chmodSync(helper, 0o644);
  expect(files.of(1000, 'anna')).toEqual({ uid: [], gid: [], lack: `${helper} is not there` });
});
