// From the action of a hook to its step; and what goes before the steps of a phase.
import type { ActionName, HookAction } from '../config/hooks/actions.ts';
import type { Phase } from '../config/hooks/phases.ts';
import type { Located } from '../config/origin.ts';
import type { InJail, UserIdentity, VassalConfig } from '../config/vassal-config.ts';
import { type Step, type StepName, step } from './step.ts';

export const HOOK_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
export const DEFAULT_TIMEOUT_MS = 60_000;

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
  wait_for_interface: ['hook-wait', (args) => ['interface', ...args]],
  wait_for_mountpoint: ['hook-wait', (args) => ['mountpoint', ...args]],
  exit: ['hook-exit', as],
  print: ['hook-print', as],
};

function as(args: readonly string[]): readonly string[] {
  return args;
}

/** With `namespace` the phase is the parent's, as in uWSGI: there is where an end of a veth pair is moved in from. */
export function isDoneOutside({ root }: VassalConfig, phase: Phase): boolean {
  return phase === 'post-jail' && root.own?.kind === 'namespace';
}

/** `onHost`: what it mounts must be undone by the Emperor. */
export function actionStep(
  { value: { name, args, hidden }, at }: Located<HookAction>,
  onHost: boolean,
): Step {
  const [stepName, argumentsOf] = STEP_OF[name];
  const marked = name === 'mount' && onHost ? ['on-host'] : [];
  const made = step(stepName, [...argumentsOf(args), ...marked], at);
  return hidden ? { ...made, hidden } : made;
}

export function phaseStep(config: VassalConfig, phase: string): Step {
  return step('hook-phase', [phase, timeoutOf(config)]);
}

/** What relative paths are relative to in hooks that root does: never a directory that may be a tenant's. */
export function directoryOfHooks({ tenant, directory }: VassalConfig): string {
  return tenant ? '/' : directory;
}

/** Phase and pids are added by the jailer. */
export function environmentStep(config: VassalConfig): Step {
  const uid = shown(config.tenant?.uid ?? config.user?.value ?? 0);
  const gid = shown(config.tenant?.gid ?? config.gid?.value ?? 0);
  return step('hook-environment', [
    HOOK_PATH,
    `TSJAIL_VASSAL=${config.name}`,
    `TSJAIL_UID=${uid}`,
    `TSJAIL_GID=${gid}`,
    `UWSGI_VASSALS_DIR=${config.directory}`,
    `UWSGI_VASSAL_CONFIG=${config.file}`,
    `UWSGI_VASSAL_UID=${uid}`,
    `UWSGI_VASSAL_GID=${gid}`,
  ]);
}

/** What is looked up in the jail has no number yet. */
function shown(who: number | UserIdentity | InJail): string {
  if (typeof who === 'number') return String(who);
  return 'inJail' in who ? who.inJail : String(who.uid);
}

export function timeoutOf(config: VassalConfig): number {
  return config.hooks.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}
