// What a trial of a file for uWSGI runs before the vassal is reloaded has no more than the vassal itself.
import { readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusalOf } from '../../src/emperor/uwsgi-trial.ts';
import { configOf } from '../helpers/ini-jail.ts';
import { planOf, testEngine } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located } from '../helpers/vassal-config.ts';

const DROP_IN = {
  configByPipe: false,
  text: undefined,
  before: [],
  after: [],
  gracefulStop: false,
  canBeTried: true,
};

/** What a program says that fails in the place of uWSGI. */
async function told(lines: readonly string[], script: string): Promise<string> {
  const command = located(['sh', '-c', `${script}; exit 1`, 'uwsgi']);
  const config = { ...configOf([...lines, 'command = sh']), command, uwsgi: DROP_IN };
  const refusal = await refusalOf({ config, plan: planOf(config) }, testEngine());
  return refusal?.message.replace('uWSGI refuses it: ', '') ?? '';
}

describeRoot('the trial of a file', () => {
  test('is in new namespaces where the vassal is', async () => {
    const own = (kind: string) => readlinkSync(`/proc/self/ns/${kind}`);
    expect(await told(['clone = ipc'], 'readlink /proc/self/ns/net')).toBe(own('net'));
    expect(await told(['clone = net,pid'], 'readlink /proc/self/ns/net')).not.toBe(own('net'));
    expect(await told(['clone = net,pid'], 'echo $$')).toBe('1');
    expect(await told(['clone = net,pid', 'init = false'], 'echo $$')).toBe('1');
  });

  test('is behind the filter of the vassal', async () => {
    expect(await told(['clone = net'], 'grep Seccomp: /proc/self/status')).toMatch(/0$/);
    expect(await told(['clone = net', 'seccomp = default'], 'grep Seccomp: /proc/self/status')).toMatch(/2$/);
  });
});
