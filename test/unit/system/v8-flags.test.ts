// That the Node which runs this knows what it would be told.
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { V8_FLAGS } from '../../../src/system/v8-flags.ts';

const [major = ''] = process.versions.v8.split('.');

describe('what V8 is told', () => {
  test('there is something for this Node', () => {
    expect(Object.keys(V8_FLAGS)).toContain(major);
  });

  test.each(Object.values(V8_FLAGS[major] ?? {}).flat())('%s is known to it', (flag) => {
    const [name = ''] = flag.split('=');
    const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    expect(known).toMatch(new RegExp(`^  ${name} \\(`, 'm'));
  });
});
