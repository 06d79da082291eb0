import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRoomFor } from '../../../src/cli/control-directory.ts';
import { Failure } from '../../../src/cli/errors.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const MEND = 'give --control SOCKET or set TSJAIL_CONTROL';

test('directories that are missing are made', () => {
  const control = join(tempDirectory(), 'a', 'b', 'control.sock');
  makeRoomFor(control);
  makeRoomFor(control);
  writeFileSync(control, '');
});

test('a place that cannot be is named, with the way out', () => {
  const file = join(tempDirectory(), 'file');
  writeFileSync(file, '');
  expect(() => makeRoomFor(join(file, 'b', 'control.sock'))).toThrow(
    new Failure(1, `cannot make ${file}/b for the control socket (ENOTDIR): ${MEND}`),
  );
});
