// One component of a path pattern against names, as glob(3) would.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, hasWildcards } from '../../../src/monitors/pattern.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

describe('a pattern', () => {
  test.each([
    ['*', 'web.ini', true],
    ['*', '.web.ini', false],
    ['.*', '.web.ini', true],
    ['?web', '.web', false],
    ['[.]web', '.web', false],
    ['*.ini', 'web.ini', true],
    ['*.ini', 'web.ini~', false],
    ['w*b*i', 'web.ini', true],
    ['w*b*x', 'web.ini', false],
    ['**', 'web', true],
    ['?eb', 'web', true],
    ['?', 'ü', true],
    ['?', '😀', true],
    ['?', '', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[^a-c]x', 'ax', false],
    ['[]]x', ']x', true],
    ['[!]]x', ']x', false],
    ['[a-]x', '-x', true],
    ['[[:digit:]]x', '7x', true],
    ['[[:digit:]a]x', 'ax', true],
    ['[![:alpha:]]x', '7x', true],
    ['[[:nothing:]]x', 'nx', false],
    ['[a', '[a', true],
    ['[', '[', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['[\\]]x', ']x', true],
    ['a\\', 'a\\', true],
    ['web.ini', 'web.ini', true],
    ['web.ini', 'webxini', false],
  ])('%j and %j: %s', (pattern, name, expected) => {
    expect(compilePattern(pattern)(name)).toBe(expected);
  });

  test('with many stars takes no time', () => {
    const matches = compilePattern(`${'*a'.repeat(50)}b`);
    const beganMs = performance.now();
    expect(matches('a'.repeat(255))).toBe(false);
    expect(performance.now() - beganMs).toBeLessThan(200);
  });
});

test('agrees with the shell', () => {
  const directory = tempDirectory();
  const names = ['a', 'b', 'ab', 'ba', 'a-b', 'a]b', 'abc.ini', '.a', '[a]', 'a*b', '1', 'A', '-', '!a'];
  mkdirSync(join(directory, 'd'));
  for (const name of names) writeFileSync(join(directory, 'd', name), '');
  const piece = fc.constantFrom(
    '*',
    '?',
    'a',
    'b',
    '[ab]',
    '[!a]',
    '[a-b]',
    '[]a]',
    '[',
    ']',
    '-',
    '.',
    '[[:digit:]]',
  );
  const patterns = fc
    .sample(fc.array(piece, { minLength: 1, maxLength: 4 }), { numRuns: 400, seed: 1 })
    .map((pieces) => pieces.join(''));
  const script = 'set +o history; cd "$1" || exit 1; shift; for p; do printf "%s\\t" $p; echo; done';
  const options = { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } } as const;
  const lines = execFileSync(
    'bash',
    ['-O', 'nullglob', '-c', script, 'bash', join(directory, 'd'), ...patterns],
    options,
  );
  for (const [index, line] of lines.split('\n').slice(0, patterns.length).entries()) {
    const pattern = patterns[index] ?? '';
    if (!hasWildcards(pattern)) continue;
    const theirs = line.split('\t').filter((name) => name !== '');
    // What is no pattern to the shell (a lone bracket) comes back as it is.
    const ours = names.filter(compilePattern(pattern));
    if (theirs.length === 1 && theirs[0] === pattern && !names.includes(pattern)) continue;
    expect({ pattern, names: ours.toSorted() }).toEqual({ pattern, names: theirs.toSorted() });
  }
});
