// A child whose number others are told of is not reaped before they are done with it.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { orderFor } from '../../src/jail/order.ts';
import { type Plan, step } from '../../src/plan/step.ts';
import { planOf, testEngine } from '../helpers/jail.ts';
import { until } from '../helpers/until.ts';
import { vassalConfig } from '../helpers/vassal-config.ts';

const PLAN: Plan = { ...planOf(vassalConfig()), steps: [step('exec', [1, '/bin/true'])] };
const STATE = /^State:\s+Z/m;

test('dead, it is a zombie and nobody’s orphan until it is released', async () => {
  const { native, jailerFd, nullFd, endOrphans } = testEngine();
  const order = orderFor(native, PLAN, undefined);
  let ended = false;
  const pid = await new Promise<number>((resolve, reject) => {
    const [control] = native.spawn(jailerFd, order, nullFd, nullFd, nullFd, [], (error, child, pidfd) => {
      if (error) return reject(error);
      native.watchExit(child, pidfd, () => {
        ended = true;
        native.close(control);
      });
      native.holdExit(child);
      resolve(child);
    });
  });
  const isZombie = () => STATE.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  await until('it is dead', isZombie);
  await endOrphans();
  expect([isZombie(), ended]).toEqual([true, false]);
  native.releaseExit(pid);
  await until('it is reaped', () => ended);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});
