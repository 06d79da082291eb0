// Steps of the hooks of one phase: those that the jailer does itself, and the plans of helpers that act for the Emperor.
import type { ActionName, HookAction } from '../config/hook-actions.ts';
import type { HookSettings } from '../config/hooks.ts';
import { newBy } from '../config/namespaces.ts';
import type { Located } from '../config/origin.ts';
import { type OuterPhase, PHASES, type Phase } from '../config/phases.ts';
import type { VassalConfig } from '../config/vassal-config.ts';
import { flagsOf } from './namespaces.ts';
import { type OuterHooks, type Step, type StepName, step } from './step.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NEWNS = flagsOf(new Set(['fs']));
const DEFAULT_TIMEOUT_MS = 60_000;
/** The root is the host's still: a relative path is relative to the vassal's directory, as in uWSGI. */
const BEFORE_ROOT: readonly Phase[] = [
  'asap',
  'as-vassal-before-drop',
  'vassals-start-hook',
  'as-vassal',
  'pre-jail',
  'post-jail',
];

/** Each action's step, and what its arguments become. */
const STEP_OF: Readonly<
  Record<ActionName, readonly [StepName, (args: readonly string[]) => readonly string[]]>
> = {
  mount: ['hook-mount', as],
  umount: ['hook-umount', as],
  exec: ['hook-exec', (args) => [...args, 'must-work']],
  safeexec: ['hook-exec', (args) => [...args, 'may-fail']],
  hostname: ['hostname', as],
  cd: ['hook-chdir', as],
  mkdir: ['hook-mkdir', as],
  create: ['hook-write', (args) => [...args, '', 'create']],
  write: ['hook-write', (args) => [...args, 'write']],
  writen: ['hook-write', (args) => [...args, 'writen']],
  append: ['hook-write', (args) => [...args, 'append']],
  appendn: ['hook-write', (args) => [...args, 'appendn']],
  writefifo: ['hook-fifo', (args) => [...args, 'skip']],
  spinningfifo: ['hook-fifo', (args) => [...args, 'wait']],
  unlink: ['hook-unlink', as],
  chmod: ['hook-chmod', as],
  sticky: ['hook-sticky', as],
  chown: ['hook-chown', as],
  chown2: ['hook-chown', as],
  putenv: ['hook-putenv', as],
  wait_for_fs: ['hook-wait', (args) => ['fs', ...args]],
  wait_for_file: ['hook-wait', (args) => ['file', ...args]],
  wait_for_dir: ['hook-wait', (args) => ['dir', ...args]],
  wait_for_socket: ['hook-wait', (args) => ['socket', ...args]],
  exit: ['hook-exit', as],
  print: ['hook-print', as],
};

function as(args: readonly string[]): readonly string[] {
  return args;
}

/** In the jail. */
export function hookSteps(config: VassalConfig, phase: Phase): Step[] {
  if (phase === 'post-jail' && isDoneOutside(config)) return [step('await-hooks', [phase])];
  const chain = config.hooks.actions?.get(phase) ?? [];
  if (chain.length === 0) return [];
  const onHost = !newBy(config, phase).has('fs') && isRootOfHost(config, phase);
  const actions = chain.map((each) => actionStep(each, onHost));
  const steps = [...beforeFirst(config, phase), phaseStep(config, phase), ...actions];
  return phase === 'as-user-atexit' ? atExit(config, steps) : steps;
}

/** For the daemon itself, before it governs anybody. */
export function emperorStart(hooks: HookSettings | undefined, directory: string): readonly Step[] {
  const chain = hooks?.actions?.get('emperor-start') ?? [];
  if (chain.length === 0) return [];
  return [
    step('session'),
    step('helper'),
    step('chdir-or-root', [directory]),
    step('hook-environment', [`PATH=${PATH}`]),
    step('hook-phase', ['emperor-start', hooks?.timeoutMs ?? DEFAULT_TIMEOUT_MS]),
    ...chain.map((each) => actionStep(each, false)),
    step('hook-done'),
  ];
}

/** As the first step of a jail that the Emperor has something to do for when it is there. */
export function awaitEmperor(config: VassalConfig): Step[] {
  const wanted = config.hooks.actions?.has('as-emperor') || (config.hooks.setns ?? []).length > 0;
  return wanted ? [step('await-hooks', ['as-emperor'])] : [];
}

/** What helpers beside the Emperor do, each as a whole plan; undefined: nothing. */
export function outerHooks(config: VassalConfig): OuterHooks | undefined {
  const { actions, setns = [] } = config.hooks;
  const chain = (phase: Phase | OuterPhase) => helperPlan(config, phase, actions?.get(phase) ?? []);
  const hooks: OuterHooks = {
    beforeVassal: chain('as-emperor-before-vassal'),
    asEmperor: [
      chain('as-emperor'),
      ...setns.map(({ value, at }) =>
        helperPlan(config, 'as-emperor-setns', [{ value: value.action, at }], flagsOf(value.namespaces)),
      ),
    ].filter((plan) => plan.length > 0),
    postJail: isDoneOutside(config) ? chain('post-jail') : [],
    afterVassal: chain('vassals-stop-hook'),
    timeoutMs: timeoutOf(config),
    directory: config.directory,
  };
  const { beforeVassal, asEmperor, postJail, afterVassal } = hooks;
  const isIdle = beforeVassal.length + asEmperor.length + postJail.length + afterVassal.length === 0;
  const mounts = [...(actions?.values() ?? [])].flat().some(({ value }) => value.name === 'mount');
  return isIdle && (config.namespaces.value.has('fs') || !mounts) ? undefined : hooks;
}

/** With `namespace` the phase is the parent's, as in uWSGI: there is where an end of a veth pair is moved in from. */
function isDoneOutside({ root, hooks }: VassalConfig): boolean {
  return root.own?.kind === 'namespace' && hooks.actions?.has('post-jail') === true;
}

/** Else a path here is another one to the Emperor, which could not undo what was done there. */
function isRootOfHost({ root }: VassalConfig, phase: Phase): boolean {
  return root.own === undefined || BEFORE_ROOT.includes(phase);
}

/** `join`: flags of the namespaces of the jail to act in. */
function helperPlan(
  config: VassalConfig,
  phase: string,
  chain: readonly Located<HookAction>[],
  join = 0,
): readonly Step[] {
  const [first] = chain;
  if (first === undefined) return [];
  return [
    step('session'),
    step('helper'),
    step('chdir-or-root', [config.directory]),
    environmentStep(config),
    phaseStep(config, phase),
    ...(join === 0 ? [] : [step('hook-join', [join], first.at)]),
    ...chain.map((each) => actionStep(each, (join & NEWNS) === 0)),
    step('hook-done'),
  ];
}

function actionStep({ value: { name, args, hidden }, at }: Located<HookAction>, onHost: boolean): Step {
  const [stepName, argumentsOf] = STEP_OF[name];
  const marked = name === 'mount' && onHost ? ['on-host'] : [];
  const made = step(stepName, [...argumentsOf(args), ...marked], at);
  return hidden ? { ...made, hidden } : made;
}

/** What all hooks of the jail share. */
function beforeFirst(config: VassalConfig, phase: Phase): Step[] {
  const first = PHASES.find((each) => config.hooks.actions?.has(each));
  if (phase !== first) return [];
  const directory = BEFORE_ROOT.includes(phase) ? [step('chdir-or-root', [config.directory])] : [];
  return [environmentStep(config), ...directory];
}

function phaseStep(config: VassalConfig, phase: string): Step {
  return step('hook-phase', [phase, timeoutOf(config)]);
}

/** Phase and pids are added by the jailer. */
function environmentStep(config: VassalConfig): Step {
  const uid = config.user?.value.uid ?? 0;
  const gid = config.gid?.value ?? 0;
  return step('hook-environment', [
    `PATH=${PATH}`,
    `TSJAIL_VASSAL=${config.name}`,
    `TSJAIL_UID=${uid}`,
    `TSJAIL_GID=${gid}`,
    `UWSGI_VASSALS_DIR=${config.directory}`,
    `UWSGI_VASSAL_CONFIG=${config.file}`,
    `UWSGI_VASSAL_UID=${uid}`,
    `UWSGI_VASSAL_GID=${gid}`,
  ]);
}

/** A process that waits for the command's end does them, of which its init tells it. */
function atExit(config: VassalConfig, steps: readonly Step[]): Step[] {
  const patience = timeoutOf(config) * steps.length;
  return [
    step('hook-at-exit', [steps.length + 1, Math.min(patience, 2 ** 32 - 1)]),
    ...steps,
    step('hook-done'),
  ];
}

function timeoutOf(config: VassalConfig): number {
  return config.hooks.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}
