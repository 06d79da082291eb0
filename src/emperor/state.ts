// The life of one vassal as a pure function: (life, event, now) → (new life, effects). No clock, no process, no timer in here.
//
//   invalid ◄─(bad text, nothing running)      waiting (on demand) ──called──┐
//      │ mended                                  ▲ idle, gone                ▼
//      └──────────► starting ──ready──► running ──change──► reloading ──gone──► starting
//                      │ fail/timeout      │ exit
//                      ▼                   ▼
//                   backoff ◄──────(restart policy)──────► exited (policy says no), failed (start limit)
//                      │ delay over → starting
//      any ──removed, stopped──► stopping ──gone──► stopped, or forgotten
//
// `state` is what people see. Beside it `jail` says what there is to end: nothing, a place in the queue of starts, or a
// jail that is up (from clone until every process is gone). `next` says what the end of that jail leads to.
// Invariants (held by a property test): a launch is asked for only while jail is `none`, so there is at most one jail; no
// launch while stopping; every jail that ended was heard of; a vassal that is held stays down until `start`.
import { type BackoffPolicy, restartDelay, wasStable } from './backoff.ts';
import type { VassalState } from './view.ts';

export type RestartPolicy = 'always' | 'on-failure' | 'never';

export interface LifePolicy extends BackoffPolicy {
  readonly restart: RestartPolicy;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly reload: 'restart' | 'signal' | 'overlap' | 'none';
  /** Is it ready when it is exec'd, or when it is said to be (event `ready`)? */
  readonly ready: 'exec' | 'told';
  /** It is started when somebody calls. */
  readonly onDemand: boolean;
  /** How long it may be silent that has given signs of life; 0: for ever. */
  readonly heartbeatMs: number;
  /** It is called at certain times; its ends lead to nothing but waiting for the next. */
  readonly recurs?: boolean;
  /** Signs of life are due as soon as it is ready; else from the first one on. */
  readonly mustBeat?: boolean;
}

/** One on demand that ends well after so long has served somebody, and not failed to accept who waits still. */
const WORKED_MS = 1000;

export interface Life {
  readonly state: VassalState;
  /** Milliseconds when `state` began. */
  readonly since: number;
  readonly jail: 'none' | 'queued' | 'up';
  /** What follows the end of the jail: the restart policy, a fresh start, waiting to be called, the end that it wished for,
   *  staying down, or oblivion. */
  readonly next: 'policy' | 'start' | 'wait' | 'exit' | 'stay-down' | 'forget';
  /** Stopped by the operator: only `start` and `restart` end that. */
  readonly held: boolean;
  /** Ends in a row without having been stable. */
  readonly failures: number;
  /** It has said that it does its work (uWSGI: byte 17), in this run, and in the one before. */
  readonly loyal: boolean;
  readonly wasLoyal: boolean;
  /** When the command of this jail was exec'd. */
  readonly execdAt: number | null;
  readonly nextStart: number | null;
  readonly generation: number;
  /** Starts that nobody asked for: after an end. */
  readonly restarts: number;
}

export type LifeEvent =
  /** A valid text, new, changed or touched. `needsJail` is false when only a reload signal is called for. `isOver`: what ran is
   *  no more, and only its end is still to be told: nothing can take its place while it runs. */
  | { readonly type: 'config'; readonly needsJail: boolean; readonly isOver?: boolean }
  /** The text is bad. */
  | { readonly type: 'invalid' }
  | { readonly type: 'removed' }
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** A stop holds no longer, but there is nothing good to start. */
  | { readonly type: 'release' }
  | { readonly type: 'restart' }
  /** The gate opened: the clone is under way. */
  | { readonly type: 'launched' }
  | { readonly type: 'execd' }
  /** It said, or was seen, to do its work now. */
  | { readonly type: 'ready' }
  | { readonly type: 'loyal' }
  /** A sign of life. */
  | { readonly type: 'beat' }
  /** It says that it is stuck. */
  | { readonly type: 'stuck' }
  /** Somebody wants something of one that waits on demand. */
  | { readonly type: 'called' }
  /** One that is to wait cannot listen. */
  | { readonly type: 'deaf' }
  /** It has nothing to do and would leave. */
  | { readonly type: 'idle' }
  /** It has begun to leave by itself. */
  | { readonly type: 'leaving' }
  /** Another jail has taken its place: that one's command is ready (`reload = overlap`). */
  | { readonly type: 'replaced' }
  /** All of the jail is gone. `success`: the command ended with 0 of its own accord; `forGood`: as one that is not to be
   *  started again. */
  | { readonly type: 'gone'; readonly success: boolean; readonly forGood?: boolean }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'clear-backoff' };

export type TimerName = 'start' | 'stop' | 'restart' | 'beat';

export type Effect =
  | { readonly type: 'enqueue' }
  | { readonly type: 'dequeue' }
  /** Ask the command to end. */
  | { readonly type: 'stop' }
  | { readonly type: 'kill'; readonly why: 'start-timeout' | 'stop-timeout' | 'heartbeat-timeout' | 'stuck' }
  | { readonly type: 'reload-signal' }
  /** Start another jail beside this one, which is to take its place. */
  | { readonly type: 'overlap' }
  /** Listen for who calls; no longer. */
  | { readonly type: 'listen' }
  | { readonly type: 'unlisten' }
  | { readonly type: 'arm'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'disarm'; readonly timer: TimerName }
  | { readonly type: 'forget' };

export interface Outcome {
  readonly life: Life;
  readonly effects: readonly Effect[];
}

export function newLife(now: number): Life {
  return {
    state: 'stopped',
    since: now,
    jail: 'none',
    next: 'policy',
    held: false,
    failures: 0,
    loyal: false,
    wasLoyal: false,
    execdAt: null,
    nextStart: null,
    generation: 0,
    restarts: 0,
  };
}

const DOWN: ReadonlySet<VassalState> = new Set(['stopped', 'failed', 'exited', 'invalid']);

/** Nothing of it is up or shall be, as things are: whoever calls it is to be refused. */
export function isDown({ state, jail }: Life): boolean {
  return jail === 'none' && DOWN.has(state);
}

/** `random` in [0, 1) spreads the restart delay. */
export function step(life: Life, event: LifeEvent, now: number, policy: LifePolicy, random: number): Outcome {
  switch (event.type) {
    case 'config':
      return onConfig(remembered(life), event, now, policy);
    case 'invalid':
      return onInvalid(remembered(life), now);
    case 'removed':
      return leave(life, 'forget', now, policy);
    case 'start':
      return life.next === 'forget' ? same(life) : onStart({ ...life, held: false }, now, policy);
    case 'stop':
      // It leaves already; should its file come back, the stop holds.
      return life.next === 'forget'
        ? same({ ...life, held: true })
        : leave({ ...life, held: true }, 'stay-down', now, policy);
    case 'release':
      return life.next === 'forget' ? same(life) : onInvalid({ ...life, held: false }, now);
    case 'restart':
      // Its file is gone: there is nothing to start.
      return life.next === 'forget' ? same(life) : renew({ ...life, held: false }, now, policy);
    case 'launched':
      return launched(life, now, policy);
    case 'execd':
      return execd(life, now, policy);
    case 'ready':
      return life.state === 'starting' && life.jail === 'up' && life.execdAt !== null
        ? ready(life, now, policy)
        : same(life);
    case 'loyal':
      return loyal(life);
    case 'beat':
      return beat(life, policy);
    case 'stuck':
      return life.jail === 'up' ? { life, effects: [{ type: 'kill', why: 'stuck' }] } : same(life);
    case 'called':
      return life.state === 'waiting' ? begin(life, now, disarmed(life).effects) : same(life);
    case 'deaf':
      return life.state === 'waiting' ? onDeaf(life, now, policy, random) : same(life);
    case 'idle':
      return onIdle(life, now, policy);
    case 'leaving':
      return onLeaving(life, policy);
    case 'replaced':
      return replaced(life, now, policy);
    case 'gone':
      return onGone(life, event, now, policy, random);
    case 'timer':
      return onTimer(life, event.timer, now, policy);
    case 'clear-backoff':
      return life.state === 'backoff' || life.state === 'failed'
        ? comeUp({ ...life, failures: 0 }, now, policy, [{ type: 'disarm', timer: 'restart' }])
        : same({ ...life, failures: 0 });
  }
}

function same(life: Life): Outcome {
  return { life, effects: [] };
}

/** Its file is back: it is no longer to be forgotten. */
function remembered(life: Life): Life {
  if (life.next !== 'forget') return life;
  return { ...life, next: life.jail === 'none' ? 'policy' : 'stay-down' };
}

function onInvalid(life: Life, now: number): Outcome {
  // There is an older text that is still tried, or that may be called for.
  const isDownAlready = life.jail === 'none' && !life.held;
  return isDownAlready && life.state !== 'backoff' && life.state !== 'waiting'
    ? enter(same(life), 'invalid', now)
    : same(life);
}

function enter(outcome: Outcome, state: VassalState, now: number): Outcome {
  const since = outcome.life.state === state ? outcome.life.since : now;
  return { life: { ...outcome.life, state, since }, effects: outcome.effects };
}

/** Out of backoff, or no longer waiting, if it was. */
function disarmed(life: Life): Outcome {
  const effects: Effect[] = [];
  if (life.state === 'backoff') effects.push({ type: 'disarm', timer: 'restart' });
  if (life.state === 'waiting') effects.push({ type: 'unlisten' });
  return { life: { ...life, nextStart: null }, effects };
}

/** Nothing is up, and that is to change: at once, or when somebody calls. */
function comeUp(life: Life, now: number, policy: LifePolicy, effects: readonly Effect[] = []): Outcome {
  if (!policy.onDemand) return begin(life, now, effects);
  if (life.state === 'waiting') return { life, effects: effects.filter(({ type }) => type !== 'unlisten') };
  const waiting: Life = { ...life, next: 'policy', nextStart: null, execdAt: null };
  return enter({ life: waiting, effects: [...effects, { type: 'listen' }] }, 'waiting', now);
}

/** A start is wanted and nothing is up: take a place in the queue of starts. */
function begin(life: Life, now: number, effects: readonly Effect[] = []): Outcome {
  const queued: Life = { ...life, jail: 'queued', next: 'policy', nextStart: null, execdAt: null };
  return enter({ life: queued, effects: [...effects, { type: 'enqueue' }] }, 'starting', now);
}

function onConfig(
  life: Life,
  { needsJail, isOver }: Extract<LifeEvent, { readonly type: 'config' }>,
  now: number,
  policy: LifePolicy,
): Outcome {
  if (life.held) return life.state === 'invalid' ? enter(same(life), 'stopped', now) : same(life);
  if (life.jail === 'none') return freshStart(life, now, policy);
  // The file came back before its vassal was gone, or changed while it goes: start when it is gone.
  if (life.state === 'stopping') return same({ ...life, next: 'start', failures: 0 });
  if (life.jail === 'queued' || life.next === 'start' || policy.reload === 'none')
    return same({ ...life, failures: 0 });
  if (!needsJail) return { life, effects: [{ type: 'reload-signal' }] };
  if (policy.reload === 'overlap' && life.state === 'running' && !isOver)
    return { life: { ...life, failures: 0 }, effects: [{ type: 'overlap' }] };
  return renew(life, now, policy);
}

function freshStart(life: Life, now: number, policy: LifePolicy): Outcome {
  return comeUp({ ...life, failures: 0 }, now, policy, disarmed(life).effects);
}

function onStart(life: Life, now: number, policy: LifePolicy): Outcome {
  // Whoever asks for it by name need not call it too.
  if (life.state === 'waiting') return begin({ ...life, failures: 0 }, now, disarmed(life).effects);
  if (life.jail === 'none') return freshStart(life, now, policy);
  if (life.state === 'stopping') return same({ ...life, next: 'start', failures: 0 });
  return same(life);
}

/** Ends what runs and starts anew in a new jail. */
function renew(life: Life, now: number, policy: LifePolicy): Outcome {
  if (life.jail !== 'up') return life.jail === 'none' ? freshStart(life, now, policy) : same(life);
  const renewed: Life = { ...life, next: 'start', failures: 0 };
  if (life.state === 'stopping' || life.state === 'reloading') return same(renewed);
  return enter({ life: renewed, effects: stopEffects(policy) }, 'reloading', now);
}

function stopEffects(policy: LifePolicy): Effect[] {
  return [
    { type: 'disarm', timer: 'start' },
    ...quiet(policy),
    { type: 'arm', timer: 'stop', ms: policy.stopTimeoutMs },
    { type: 'stop' },
  ];
}

/** Signs of life are no longer waited for. */
function quiet(policy: LifePolicy): Effect[] {
  return policy.heartbeatMs > 0 ? [{ type: 'disarm', timer: 'beat' }] : [];
}

function leave(life: Life, next: 'stay-down' | 'forget', now: number, policy: LifePolicy): Outcome {
  if (life.jail === 'none' && life.next === 'forget') return same(life);
  if (life.jail === 'none') return settle({ ...life }, next, now, disarmed(life).effects);
  if (life.jail === 'queued') return settle({ ...life, jail: 'none' }, next, now, [{ type: 'dequeue' }]);
  const leaving: Life = { ...life, next };
  // Already on its way out: the stop timer runs since then.
  if (life.state === 'stopping' || life.state === 'reloading') return enter(same(leaving), 'stopping', now);
  return enter({ life: leaving, effects: stopEffects(policy) }, 'stopping', now);
}

function settle(life: Life, next: 'stay-down' | 'forget', now: number, effects: readonly Effect[]): Outcome {
  const down: Life = { ...life, next: next === 'forget' ? next : 'policy', nextStart: null };
  const last: Effect[] = next === 'forget' ? [{ type: 'forget' }] : [];
  return enter({ life: down, effects: [...effects, ...last] }, 'stopped', now);
}

function launched(life: Life, now: number, policy: LifePolicy): Outcome {
  if (life.jail !== 'queued') return same(life);
  const up: Life = {
    ...life,
    jail: 'up',
    generation: life.generation + 1,
    loyal: false,
    wasLoyal: life.loyal,
  };
  return enter(
    { life: up, effects: [{ type: 'arm', timer: 'start', ms: policy.startTimeoutMs }] },
    'starting',
    now,
  );
}

function execd(life: Life, now: number, policy: LifePolicy): Outcome {
  const started: Life = { ...life, execdAt: now };
  return life.state === 'starting' && policy.ready === 'exec' ? ready(started, now, policy) : same(started);
}

function ready(life: Life, now: number, policy: LifePolicy): Outcome {
  const effects: Effect[] = [{ type: 'disarm', timer: 'start' }];
  if (policy.mustBeat) effects.push({ type: 'arm', timer: 'beat', ms: policy.heartbeatMs });
  return enter({ life, effects }, 'running', now);
}

/** One that was loyal before and ended all the same has not earned it yet that its ends are forgotten. */
function loyal(life: Life): Outcome {
  if (life.jail !== 'up') return same(life);
  return same({ ...life, loyal: true, failures: life.wasLoyal ? life.failures : 0 });
}

function beat(life: Life, policy: LifePolicy): Outcome {
  if (life.state !== 'running' && life.state !== 'starting') return same(life);
  if (life.jail !== 'up' || policy.heartbeatMs === 0) return same(life);
  if (policy.mustBeat && life.state === 'starting') return same(life);
  return { life, effects: [{ type: 'arm', timer: 'beat', ms: policy.heartbeatMs }] };
}

function onIdle(life: Life, now: number, policy: LifePolicy): Outcome {
  if (life.state !== 'running' && life.state !== 'starting') return same(life);
  if (life.jail !== 'up') return same(life);
  const leaving: Life = { ...life, next: policy.onDemand ? 'wait' : 'exit', failures: 0 };
  return enter({ life: leaving, effects: stopEffects(policy) }, 'stopping', now);
}

/** It is given as long as one that was asked to stop. */
function onLeaving(life: Life, policy: LifePolicy): Outcome {
  if (life.jail !== 'up' || life.state === 'stopping' || life.state === 'reloading') return same(life);
  return { life, effects: [...quiet(policy), { type: 'arm', timer: 'stop', ms: policy.stopTimeoutMs }] };
}

function replaced(life: Life, now: number, policy: LifePolicy): Outcome {
  const renewed: Life = {
    ...life,
    generation: life.generation + 1,
    loyal: false,
    wasLoyal: life.loyal,
    execdAt: now,
    since: now,
    failures: 0,
  };
  const { mustBeat, heartbeatMs: ms } = policy;
  return { life: renewed, effects: mustBeat ? [{ type: 'arm', timer: 'beat', ms }] : quiet(policy) };
}

function onGone(
  life: Life,
  { success, forGood }: Extract<LifeEvent, { readonly type: 'gone' }>,
  now: number,
  policy: LifePolicy,
  random: number,
): Outcome {
  if (life.jail !== 'up') return same(life);
  // However long it tried: one that was never ready was not stable.
  const uptime = life.execdAt === null || life.state === 'starting' ? null : now - life.execdAt;
  const effects: Effect[] = [
    { type: 'disarm', timer: 'start' },
    { type: 'disarm', timer: 'stop' },
    ...quiet(policy),
  ];
  const down: Life = { ...life, jail: 'none', execdAt: null };
  if (life.next === 'start') return comeUp({ ...down, next: 'policy' }, now, policy, effects);
  if (life.next === 'wait')
    return comeUp({ ...down, next: 'policy' }, now, { ...policy, onDemand: true }, effects);
  if (life.next === 'exit') return enter({ life: { ...down, next: 'policy' }, effects }, 'exited', now);
  if (life.next !== 'policy') return settle(down, life.next, now, effects);
  if (policy.recurs) return comeUp(down, now, policy, effects);
  // Whether it is started again is for who calls it to say.
  const waits = policy.onDemand && success;
  const mayEnd = policy.restart === 'never' || (policy.restart === 'on-failure' && success);
  if (forGood || (!waits && mayEnd)) {
    return enter({ life: down, effects }, 'exited', now);
  }
  const worked = waits && uptime !== null && uptime >= WORKED_MS;
  return again(down, worked || wasStable(policy, uptime), now, policy, random, effects);
}

/** As an end that came too soon. */
function onDeaf(life: Life, now: number, policy: LifePolicy, random: number): Outcome {
  const down: Life = { ...life, state: 'backoff' };
  const outcome = again(down, false, now, policy, random, disarmed(life).effects);
  return { ...outcome, life: { ...outcome.life, restarts: life.restarts } };
}

function again(
  life: Life,
  stable: boolean,
  now: number,
  policy: LifePolicy,
  random: number,
  effects: readonly Effect[],
): Outcome {
  const failures = stable ? 0 : life.failures + 1;
  const next: Life = { ...life, failures };
  if (policy.startLimit > 0 && failures >= policy.startLimit)
    return enter({ life: next, effects }, 'failed', now);
  // The first end of one that did its work, or said that it could, is nobody's loop.
  const didWork = life.loyal || (policy.ready === 'told' && life.state === 'running');
  const ms = restartDelay(policy, didWork && failures > 0 ? failures - 1 : failures, random);
  if (ms === 0) return comeUp(restarted(next), now, policy, effects);
  // Who is started by a connection has no time at which it could be counted.
  const waiting: Life = { ...(policy.onDemand ? restarted(next) : next), nextStart: now + ms };
  return enter(
    { life: waiting, effects: [...effects, { type: 'arm', timer: 'restart', ms }] },
    'backoff',
    now,
  );
}

/** Counted when it is done, not when it is thought of. */
function restarted(life: Life): Life {
  return { ...life, restarts: life.restarts + 1 };
}

function onTimer(life: Life, timer: TimerName, now: number, policy: LifePolicy): Outcome {
  if (timer === 'restart' && life.state !== 'backoff') return same(life);
  if (timer === 'restart') return comeUp(policy.onDemand ? life : restarted(life), now, policy);
  if (life.jail !== 'up') return same(life);
  if (timer === 'beat') return { life, effects: [{ type: 'kill', why: 'heartbeat-timeout' }] };
  if (timer === 'start') {
    return life.state === 'starting'
      ? { life, effects: [{ type: 'kill', why: 'start-timeout' }] }
      : same(life);
  }
  return { life, effects: [{ type: 'kill', why: 'stop-timeout' }] };
}
