// Which jails may be given a net namespace that was made ahead: those of which nobody could tell.
import { expect, test } from 'vitest';
import { buildPlan } from '../../../src/plan/build.ts';
import { NEWUSER } from '../../../src/plan/namespaces.ts';
import { takesSpareNetwork } from '../../../src/plan/spare-network.ts';
import { config } from '../config/helpers.ts';

function takes(...lines: readonly string[]): boolean {
  return takesSpareNetwork(
    buildPlan(config([...lines, 'command = true']), { environment: {}, uid: 0, terminal: false }),
  );
}

test('a jail with a network of its own', () => {
  expect(takes('clone = net')).toBe(true);
  expect(takes('clone = fs,net,ipc,uts,pid,cgroup', 'hook-as-root = exec:true', 'memory-max = 1G')).toBe(
    true,
  );
});

test('not one that shares the host’s', () => {
  expect(takes('clone = fs,pid')).toBe(false);
  expect(takes()).toBe(false);
});

test('not where the network is made anew', () => {
  expect(takes('clone = net,fs', 'unshare = net')).toBe(false);
  expect(takes('unshare = net')).toBe(false);
});

test('not with a user namespace, which must own it, whatever its plan begins with', () => {
  const plan = buildPlan(config(['clone = net', 'command = true']), {
    environment: {},
    uid: 0,
    terminal: false,
  });
  expect(takesSpareNetwork({ ...plan, cloneFlags: plan.cloneFlags | NEWUSER })).toBe(false);
  expect(takes('clone = user,net,fs', 'uid-map = 0:100000:65536', 'gid-map = 0:100000:65536')).toBe(false);
});

test('not where a hook runs before `lo` is up', () => {
  expect(takes('clone = net,fs', 'hook-as-vassal = exec:true')).toBe(false);
  expect(takes('clone = net,fs', 'hook-as-emperor = exec:true')).toBe(false);
});

test('not without an init: there the guard makes it', () => {
  expect(takes('clone = net,pid', 'init = false')).toBe(false);
});
