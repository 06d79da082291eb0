// A command that is asked to end when it was exec'd already and its init has not said so yet: it is asked, not killed.
import { expect, test } from 'vitest';
import { Run } from '../../src/emperor/run.ts';
import type { LastExit } from '../../src/emperor/view.ts';
import type { Native, TrustedMessage } from '../../src/jail/native.ts';
import type { VassalGroups } from '../../src/system/cgroup-vassal.ts';
import { planOf, testEngine } from '../helpers/jail.ts';
import { silentOutput } from '../helpers/silent-output.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

const SCRIPT = "trap 'echo asked; exit 7' TERM; echo up; while :; do sleep 0.01; done";

/** The engine's, with what tells that the exec is over held back until `release`. */
function heldBack(native: Native): { native: Native; release: () => void } {
  let held: TrustedMessage | null = null;
  let isHolding = true;
  let heard = () => {};
  const listeners = new Map<number, () => void>();
  const receiveTrusted = (fd: number): TrustedMessage | null => {
    if (isHolding && held) return null;
    const message = held ?? native.receiveTrusted(fd);
    held = null;
    if (!isHolding || !message?.data.startsWith('started')) return message;
    held = message;
    heard = listeners.get(fd) ?? heard;
    return null;
  };
  const watch: Native['watch'] = (fd, events, listener) => {
    listeners.set(fd, () => listener(events));
    native.watch(fd, events, listener);
  };
  const release = () => {
    isHolding = false;
    heard();
  };
  return { native: { ...native, receiveTrusted, watch }, release };
}

test('is sent its signal as soon as that is known', async () => {
  const config = vassalConfig({ directory: '/', command: located(['sh', '-c', SCRIPT]) });
  const { native, release } = heldBack(testEngine().native);
  const groups = {
    isSettled: true,
    useOwn: () => {},
    newOomKills: () => 0,
    home: undefined,
  } as unknown as VassalGroups;
  let printed = '';
  const exit = await new Promise<LastExit>((resolve, reject) => {
    const output = silentOutput((chunk) => {
      printed += chunk;
      if (printed !== 'up\n') return;
      run.askToEnd('stop');
      release();
    });
    const run = new Run({ config, plan: planOf(config), identity: '' }, 0n, output, groups, {
      started: () => {},
      waiting: () => {},
      said: () => {},
      unheard: () => {},
      warned: () => {},
      ready: () => {},
      notify: () => {},
      isAwaited: () => true,
      hookFailed: (text) => reject(new Error(text)),
      trouble: reject,
      ended: resolve,
    });
    run.launch({ ...testEngine(), native });
  });
  expect(printed).toBe('up\nasked\n');
  expect(exit).toMatchObject({ code: 7, signal: null });
});
