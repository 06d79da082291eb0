// How uWSGI reads a file for a trial: as whom, where, and when not at all.
import { expect, test } from 'vitest';
import { trialSteps } from '../../../src/emperor/uwsgi-trial.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import type { Step } from '../../../src/plan/step.ts';
import { parse } from '../config/helpers.ts';

const CONTEXT = { environment: { PATH: '/bin' }, uid: 0, terminal: false };

function stepsOf(...vassal: string[]): readonly Step[] | undefined {
  const { config } = parse(['[uwsgi]', 'module = app', '[vassal]', ...vassal].join('\n'));
  if (config === undefined) throw new Error('no config');
  return trialSteps(buildPlan(config, CONTEXT));
}

test('by the same user in the same place, without namespaces, limits and pipes', () => {
  const steps = stepsOf(
    'clone = fs,pid',
    'uid = 1000',
    'gid = 1000',
    'limit-nproc = 5',
    'init = false',
    'profile = open',
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
});

test('with no more than it has in the jail', () => {
  const names = stepsOf('clone = fs,pid', 'uid = 1000')?.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['bounding-set', 'no-new-privs', 'seccomp']));
});

test('with its own words and environment, and the one word that ends it', () => {
  const exec = stepsOf('env = A=1')?.at(-1);
  expect(exec?.args.slice(0, 5)).toEqual(['4', 'uwsgi', '--ini', 'web.ini', '--exit=77']);
  expect(exec?.args).toContain('A=1');
  expect(exec?.args.filter((each) => /EMPEROR/.test(each))).toEqual([]);
});

test.each(['namespace = /ns/web', 'bind = /a:/b', 'exec-as-root = true', 'setns = /run/ns.sock'])(
  'not out here, where files are others in the jail: %s',
  (line) => {
    expect(stepsOf('clone = fs', line)).toBeUndefined();
  },
);
