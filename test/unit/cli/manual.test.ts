// The man pages: whole, the same each time, and clean for mandoc.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { PAGES } from '../../../src/cli/manual/pages.ts';
import { ACTIONS } from '../../../src/config/hooks/actions.ts';
import { DIRECTIVES, OPTION_NAMES, OPTIONS } from '../../../src/config/options.ts';
import { hasProgram } from '../../helpers/programs.ts';

const STAMP = { version: '1.2.3', date: '2026-01-02' };
const render = (name: string) => PAGES[name]?.(STAMP) ?? '';
const bold = (word: string) => `\\fB${word.replaceAll('-', '\\-')}\\fR`;

test('every command is in tsjail(1)', () => {
  for (const { name } of COMMANDS) expect(render('tsjail.1')).toContain(`.SS tsjail ${name}\n`);
});

test.each([
  ['tsjail-vassal.5', 'vassal'],
  ['tsjail.ini.5', 'emperor'],
] as const)('every option is in %s', (name, scope) => {
  for (const option of OPTION_NAMES)
    expect(
      render(name)
        .split('\n.SH HOOKS')[0]
        ?.includes(`.TP\n${bold(option)}`),
      option,
    ).toBe(OPTIONS[option].scope === scope);
});

test('every directive and action is in tsjail-vassal(5)', () => {
  for (const word of Object.keys(DIRECTIVES))
    expect(render('tsjail-vassal.5')).toContain(`.TP\n${bold(word)}\n`);
  for (const word of Object.keys(ACTIONS))
    expect(render('tsjail-vassal.5')).toContain(`.TP\n${bold(`${word}:`)}`);
});

const lint = hasProgram('mandoc') ? test : test.skip;
lint.each(Object.keys(PAGES))('mandoc has nothing to say of %s', (name) => {
  const options = { input: render(name), encoding: 'utf8' } as const;
  const { stdout, status } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], options);
  expect([status, stdout]).toEqual([0, '']);
  const shown = spawnSync('mandoc', ['-T', 'utf8'], options).stdout.replaceAll(/.\x08/g, '');
  expect(shown).toContain('tsjail 1.2.3');
  expect(shown).not.toMatch(/\\f|`/);
});
