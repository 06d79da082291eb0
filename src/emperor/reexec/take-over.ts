// The other end of a re-exec: what the new code is given is read, checked, and made its own.
import type { EmperorConfig } from '../../config/emperor.ts';
import type { Native } from '../../jail/native.ts';
import { loadNative } from '../../jail/native.ts';
import { orderFor } from '../../jail/order.ts';
import { ADDON_PATH, JAILER_PATH } from '../../system/paths.ts';
import type { EmperorPast } from '../emperor.ts';
import { policyOf } from '../planned.ts';
import { encode } from './codec.ts';
import { type DaemonState, readStateOf } from './format.ts';

/** Why this code could not go on from the state in `fd`; undefined: it could. All that it takes is loaded for it. */
export function whyNot(fd: number, config: EmperorConfig): string | undefined {
  const read = readStateOf(fd);
  if ('problem' in read) return read.problem;
  const native = loadNative(ADDON_PATH);
  native.close(native.openJailer(JAILER_PATH));
  const { head, plans } = read.state;
  if (tyrantOf(config) !== head.tyrant)
    return 'emperor-tyrant is another one in its config: that changes with a new start of the daemon';
  for (const planned of plans) {
    policyOf(planned);
    orderFor(native, planned.plan, undefined);
  }
  return undefined;
}

/** Nobody else gets its descriptors from now on, and none of its children is taken for an orphan. Throws an Error that says all
 *  where it cannot be done: the trial has gone before. */
export function takeOver(native: Native, fd: number): DaemonState {
  const read = readStateOf(fd);
  if ('problem' in read) throw new Error(`the state of the daemon before: ${read.problem}`);
  const { state } = read;
  native.takeOver([fd, ...state.fds]);
  native.close(fd);
  native.expectExits(state.vassals.flatMap(({ run }) => run?.jail.process.pid ?? []));
  return state;
}

/** For the Emperor that goes on with it. */
export function pastOf({ head, plans, vassals }: DaemonState, config: EmperorConfig): EmperorPast {
  return {
    record: head.emperor,
    vassals,
    planOf: (number) => {
      const planned = plans[number];
      if (planned === undefined) throw new Error(`there is no plan ${number}`);
      return planned;
    },
    isSameConfig: defaultsOf(config) === head.defaults,
  };
}

export function defaultsOf({ vassalDefaults }: EmperorConfig): string {
  return encode(vassalDefaults);
}

export function tyrantOf({ vassalDefaults }: EmperorConfig): string {
  return encode(vassalDefaults.tyrant ?? null);
}
