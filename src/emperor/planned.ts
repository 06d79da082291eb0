// A config with the plan that was made of it, and what follows from the two.
import type { Problem } from '../config/problems/problem.ts';
import { speaksNotify } from '../config/readiness.ts';
import { printAddress } from '../config/sockets/address.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import type { Plan, StepName } from '../plan/step.ts';
import type { LifePolicy } from './state.ts';

export interface Planned {
  readonly config: VassalConfig;
  readonly plan: Plan;
  /** Of its file: the same under another name is a rename. */
  readonly identity: string;
}

/** A text as it was understood: with a config and its plan, or with what is wrong. */
export interface Offer {
  readonly config: VassalConfig | undefined;
  readonly plan: Plan | undefined;
  readonly problems: readonly Problem[];
  /** What would keep it from starting at this moment. */
  readonly obstacles: readonly Problem[];
  /** Of the file that the text came from (device and inode). */
  readonly identity: string;
  /** What changed, when something did: `web.ini changed`. */
  readonly because: string;
}

/** Undefined: the text is bad. */
export function plannedBy({ config, plan, identity }: Offer): Planned | undefined {
  return config === undefined || plan === undefined ? undefined : { config, plan, identity };
}

/** Steps that keep the daemon's own files from a vassal. Another directory or socket of the daemon's is no reason to give up
 *  what runs: its next jail knows it. */
const OF_THE_DAEMON: ReadonlySet<StepName> = new Set(['hide', 'seal']);

/** Would a jail made of the one be as one made of the other? */
export function isSameJail(one: Planned | undefined, other: Planned | undefined): boolean {
  return one === other || fingerprint(one) === fingerprint(other);
}

function fingerprint(planned: Planned | undefined): string {
  if (planned === undefined) return '';
  const { plan, config } = planned;
  const { cloneFlags, outside, cgroups, hooks, passed } = plan;
  const steps = plan.steps.filter(({ name }) => !OF_THE_DAEMON.has(name));
  const sockets = config.sockets.map(({ value }) => printAddress(value.address));
  // Where a thing stands in the file changes nothing of the jail.
  return JSON.stringify(
    [cloneFlags, outside, cgroups, steps, hooks, passed, sockets, config.log.value],
    (key, value) => (key === 'at' ? undefined : value),
  );
}

export function policyOf(planned: Planned | undefined): LifePolicy {
  if (planned === undefined) return NO_POLICY;
  const { config } = planned;
  // One by one: with each event, a copy of the whole config would cost as much as all else.
  return {
    restart: config.restart,
    restartDelayMs: config.restartDelayMs,
    maxRestartDelayMs: config.maxRestartDelayMs,
    stableAfterMs: config.stableAfterMs,
    startLimit: config.startLimit,
    startTimeoutMs: config.startTimeoutMs,
    stopTimeoutMs: config.stopTimeoutMs,
    heartbeatMs: config.heartbeatMs,
    // To the life of a vassal it is all one how a command is told to reload.
    reload: config.reload.kind === 'emperor' ? 'signal' : config.reload.kind,
    ready: config.ready.kind === 'exec' ? 'exec' : 'told',
    onDemand: config.onDemand || config.cron !== undefined,
    recurs: config.cron !== undefined,
    mustBeat: config.heartbeatMs > 0 && speaksNotify(config),
  };
}

/** For a vassal that has never had a valid text: nothing of it is ever used. */
const NO_POLICY: LifePolicy = {
  restart: 'never',
  restartDelayMs: 0,
  maxRestartDelayMs: 0,
  stableAfterMs: 0,
  startLimit: 0,
  startTimeoutMs: 0,
  stopTimeoutMs: 0,
  reload: 'restart',
  ready: 'exec',
  onDemand: false,
  heartbeatMs: 0,
};
