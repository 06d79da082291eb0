// A scan without hints: it looks at all files at once, and closer at those that are not what they were.
import {
  appendFileSync,
  chmodSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Disk } from '../../../src/monitors/disk.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { disk, started } from './recorder.ts';

/** Until then the signature of what was just written may be that of a later change, too. */
const SETTLED_MS = 60;
const pause = () => new Promise((resolve) => setTimeout(resolve, SETTLED_MS));

const deaf = () => ({ ready: Promise.resolve(), close: () => Promise.resolve() });

async function directoryOf(names: readonly string[], looking: Disk = disk) {
  const directory = tempDirectory();
  const path = (name: string) => join(directory, `${name}.ini`);
  for (const name of names) writeFileSync(path(name), `of ${name}`);
  await pause();
  const { monitor, recorder } = await started(directory, { watch: deaf, disk: looking });
  recorder.forget();
  return { path, monitor, recorder };
}

test('one at rest looks closer at no file', async () => {
  let looked: string[] = [];
  const look: Disk['look'] = (path) => {
    looked.push(path);
    return disk.look(path);
  };
  const { path, monitor, recorder } = await directoryOf(['a', 'b', 'c'], { ...disk, look });
  const files = () => looked.filter((at) => at.endsWith('.ini'));
  looked = [];
  await monitor.rescan();
  expect(files()).toEqual([]);
  appendFileSync(path('b'), ' and more');
  await monitor.rescan();
  expect(new Set(files())).toEqual(new Set([path('b')]));
  expect(recorder.lines).toEqual(['changed b']);
});

test('whatever has changed is found', async () => {
  const names = ['edited', 'disguised', 'replaced', 'touched', 'moded', 'linked', 'hard', 'gone', 'same'];
  const { path, monitor, recorder } = await directoryOf(names);
  writeFileSync(path('edited'), 'longer than it was');
  const { atime, mtime } = statSync(path('disguised'));
  writeFileSync(path('disguised'), 'OF disguised');
  utimesSync(path('disguised'), atime, mtime);
  writeFileSync(path('new'), 'of replaced');
  renameSync(path('new'), path('replaced'));
  utimesSync(path('touched'), 0, 0);
  chmodSync(path('moded'), 0o600);
  renameSync(path('linked'), `${path('linked')}.old`);
  symlinkSync(`${path('linked')}.old`, path('linked'));
  rmSync(path('hard'));
  linkSync(path('same'), path('hard'));
  rmSync(path('gone'));
  await monitor.rescan();
  await recorder.gone('gone');
  expect(new Set(recorder.lines)).toEqual(
    new Set([
      'changed edited',
      'changed disguised',
      'changed replaced',
      'changed touched',
      'changed hard',
      'removed gone',
    ]),
  );
  recorder.forget();
  // What is behind a link is looked at each time.
  appendFileSync(`${path('linked')}.old`, ', changed');
  await monitor.rescan();
  expect(recorder.texts('linked')).toEqual(['of linked, changed']);
});
