// The step with which somebody enters a jail: it is that very process, or nobody.
import { readFileSync, readlinkSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import { type Entering, enterPlan } from '../../src/plan/enter.ts';
import type { Plan } from '../../src/plan/step.ts';
import { rightsOf } from '../../src/system/process-rights.ts';
import { startTicks } from '../../src/system/start-ticks.ts';
import { runJail, startJail, type TestJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { until } from '../helpers/until.ts';
import { located } from '../helpers/vassal-config.ts';

const FULL: NamespaceName[] = ['fs', 'net', 'ipc', 'uts', 'pid'];

async function target(): Promise<TestJail> {
  const jail = startJail({
    command: located(['sh', '-c', 'echo up; exec sleep 1000']),
    namespaces: located(new Set(FULL)),
    hostname: located('inner'),
  });
  onTestFinished(async () => {
    jail.process.kill();
    await jail.end;
  });
  await jail.said(/up/);
  await jail.started;
  return jail;
}

function planFor({ commandPid: pid }: TestJail, changes: Partial<Entering>): Plan {
  const { bounding } = rightsOf(pid);
  return enterPlan('web', {
    pid,
    startTicks: startTicks(pid) ?? '',
    groups: [],
    groupsMayFail: false,
    as: { uid: 0, gid: 0, groups: [] },
    keepsGroups: false,
    bounding,
    ambient: [],
    noNewPrivs: false,
    terminal: false,
    directory: '/',
    command: ['hostname'],
    shell: undefined,
    environment: ['PATH=/usr/bin:/bin'],
    ...changes,
  });
}

describeRoot('enter', () => {
  test('in all namespaces, whose pids it has', async () => {
    const jail = await target();
    const command = ['sh', '-c', 'hostname; readlink /proc/self/ns/pid; cat /proc/1/comm'];
    const { output } = await runJail({}, { plan: planFor(jail, { command }), cgroup: false });
    const pids = readlinkSync(`/proc/${jail.commandPid}/ns/pid`);
    expect(output).toBe(`inner\n${pids}\ntsjail-init\n`);
  });

  test('another process that has its number now is not entered', async () => {
    const jail = await target();
    const { said, command, output } = await runJail(
      {},
      { plan: planFor(jail, { startTicks: '1' }), cgroup: false },
    );
    expect(said).toContain('another process has its number now');
    expect([command, output]).toEqual([null, '']);
  });

  test('nor is one that is gone', async () => {
    const jail = await target();
    const plan = planFor(jail, {});
    jail.process.kill();
    await jail.end;
    expect((await runJail({}, { plan, cgroup: false })).said).toMatch(/ESRCH|no such process/);
  });

  test('the guard cannot be looked at, and has no rights but to kill', async () => {
    const jail = await target();
    const plan = planFor(jail, { command: ['sh', '-c', 'echo in; exec sleep 1000'] });
    const guest = startJail({}, { plan, cgroup: false });
    await guest.said(/in/);
    // What it prints may be here before we are told that it was exec'd.
    await until('its pid is known', () => guest.commandPid > 0);
    const status = readFileSync(`/proc/${guest.jailerPid}/status`, 'utf8');
    expect(/^CapPrm:\s+(\S+)$/m.exec(status)?.[1]).toBe('0000000000000020');
    expect(readFileSync(`/proc/${guest.commandPid}/status`, 'utf8')).toMatch(/^NSpid:\s+\d+\s+\d+$/m);
    guest.process.kill();
    await guest.end;
  });
});
