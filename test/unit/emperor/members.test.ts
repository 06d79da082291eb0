// From a file to its vassals, and what is wrong with it beside others.
import { expect, test } from 'vitest';
import { NO_DEFAULTS } from '../../../src/config/vassal.ts';
import type { Loaded } from '../../../src/emperor/load.ts';
import { type LoadText, loadMembers, withoutCycle } from '../../../src/emperor/members.ts';
import type { ConfigText } from '../../../src/monitors/monitor.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const TEXT = { name: 'web', path: '/v/web.ini' } as ConfigText;
const loaded = (changes: Parameters<typeof vassalConfig>[0]): Loaded => ({
  config: vassalConfig(changes),
  plan: undefined,
  problems: [],
  files: [],
});
const BAD: Loaded = { config: undefined, plan: undefined, problems: [], files: [] };

async function names(result: Loaded, present: readonly string[] = []): Promise<(string | undefined)[][]> {
  const load: LoadText = async ({ name, instance }) =>
    result.config ? loaded({ ...result.config, name: `${name}/${instance ?? '-'}` }) : result;
  const members = await loadMembers(TEXT, NO_DEFAULTS, load, present);
  return members.map((member) => [member.name, member.loaded.config?.name]);
}

test('one, or as many as it says, each with its number', async () => {
  expect(await names(loaded({}))).toEqual([['web', 'web/-']]);
  expect(await names(loaded({ instances: 2 }))).toEqual([
    ['web:1', 'web:1/1'],
    ['web:2', 'web:2/2'],
  ]);
  expect(await names(loaded({ instances: 1 }))).toEqual([['web:1', 'web:1/1']]);
});

test('a bad text is for those that there are', async () => {
  expect(await names(BAD)).toEqual([['web', undefined]]);
  expect(await names(BAD, ['web:1', 'web:2'])).toEqual([
    ['web:1', undefined],
    ['web:2', undefined],
  ]);
});

test('a cycle is told at the line that closes it, and the text is not used', () => {
  const web = loaded({ after: [located('other', 4), located('db:1', 7)] });
  const after = (file: string) => (file === 'db' ? ['web'] : []);
  const fileOf = (name: string) => name.replace(/:\d+$/, '');
  const checked = withoutCycle('web', web, after, fileOf);
  expect(checked.config).toBeUndefined();
  expect(checked.problems).toEqual([
    expect.objectContaining({
      line: 7,
      severity: 'error',
      code: 'cycle',
      message: 'these would wait for one another: web → db → web',
    }),
  ]);
  expect(withoutCycle('web', web, () => [], fileOf)).toBe(web);
  expect(withoutCycle('web', BAD, after, fileOf)).toBe(BAD);
});
