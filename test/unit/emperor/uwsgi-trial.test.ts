import { expect, test } from 'vitest';
import { trialSteps } from '../../../src/emperor/uwsgi-trial.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { parse } from '../config/helpers.ts';

const CONTEXT = { environment: { PATH: '/bin' }, uid: 0, terminal: false };

function stepsOf(vassal: string) {
  const { config } = parse(`[uwsgi]\nmodule = app\n[vassal]\n${vassal}\n`);
  if (config === undefined) throw new Error('no config');
  return trialSteps(buildPlan(config, CONTEXT));
}

test('the same user in the same place, without namespaces and pipes', () => {
  expect(
    stepsOf('clone = fs,pid\nuid = 1000\ngid = 1000\nlimit-nproc = 5\nmemory-max = 1G\nenv = A=1'),
  ).toEqual(
    [
      step('session'),
      step('umask', ['22']),
      step('chdir-or-root', ['/etc/tsjail/vassals']),
      step('groups', [1000]),
      step('gid', [1000]),
      step('uid', [1000]),
      step('signals'),
      step('exec', ['4', 'uwsgi', '--ini', 'web.ini', '--exit=77']),
    ].map((each) => expect.objectContaining({ name: each.name })),
  );
  const exec = stepsOf('env = A=1')?.at(-1);
  expect(exec?.args.slice(0, 5)).toEqual(['4', 'uwsgi', '--ini', 'web.ini', '--exit=77']);
  expect(exec?.args).toContain('A=1');
  expect(exec?.args.filter((each) => /EMPEROR/.test(each))).toEqual([]);
});

test('where files are others in the jail it is not tried out here', () => {
  expect(stepsOf('namespace = /ns/web')).toBeUndefined();
  const steps = stepsOf(
    'clone = fs,pid\nuid = 1000\ngid = 1000\nlimit-nproc = 5\nmemory-max = 1G\ninit = false',
  );
  expect(steps?.map(({ name, args }) => [name, ...args.slice(0, 1)])).toEqual([
    ['session'],
    ['umask', '22'],
    ['chdir-or-root', '/etc/tsjail/vassals'],
    ['groups', '1000'],
    ['gid', '1000'],
    ['uid', '1000'],
    ['signals'],
    ['exec', '4'],
  ]);
  const exec = stepsOf('env = A=1')?.at(-1);
  expect(exec?.args.slice(0, 5)).toEqual(['4', 'uwsgi', '--ini', 'web.ini', '--exit=77']);
  expect(exec?.args).toContain('A=1');
  expect(exec?.args.filter((each) => /EMPEROR/.test(each))).toEqual([]);
});

test('where files are others in the jail it is not tried out here', () => {
  expect(stepsOf('namespace = /ns/web')).toBeUndefined();
  expect(stepsOf('clone = fs\nbind = /a:/b')).toBeUndefined();
  expect(stepsOf('exec-as-root = true')).toBeUndefined();
});
