// What hooks do to the host because the vassal has no namespace for it, and what they cannot do where it lacks one.

import type { HostFacts } from '../host.ts';
import type { JailSettings } from '../jail-settings.ts';
import { type NamespaceName, newBy } from '../namespaces.ts';
import type { Values } from '../options/read.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../options.ts';
import type { Problems, Span } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import type { ActionName } from './actions.ts';
import { LATER_PHASES, PHASES, type Phase } from './phases.ts';

interface Effect {
  readonly namespace: NamespaceName;
  /** What it does without that namespace. */
  readonly onHost: string;
}

const EFFECTS: Partial<Record<ActionName, Effect>> = {
  mount: { namespace: 'fs', onHost: 'this mounts on the host' },
  umount: { namespace: 'fs', onHost: 'this unmounts on the host' },
  hostname: { namespace: 'uts', onHost: 'this renames the host' },
};

type HookOption = {
  [N in OptionName]: (typeof OPTIONS)[N]['type'] extends `hook${string}` ? N : never;
}[OptionName];

const HOOK_OPTIONS = OPTION_NAMES.filter((name): name is HookOption => OPTIONS[name].type.startsWith('hook'));
const LATER: readonly Phase[] = LATER_PHASES;

/** What is there when a hook is done. */
interface Place {
  readonly phase: Phase | undefined;
  /** Undefined: it is done beside the daemon. */
  readonly namespaces: ReadonlySet<NamespaceName> | undefined;
}

export interface CautionParts {
  readonly jail: JailSettings;
  readonly host: HostFacts;
  readonly problems: Problems;
}

export function hookCautions(values: Values, parts: CautionParts): void {
  for (const option of HOOK_OPTIONS) {
    const place = placeOf(option, values, parts.jail);
    for (const given of values.all(option)) {
      const { value, item } = given;
      const span = valueSpan(item.entry);
      if ('args' in value) cautionOfEffect(value.name, place, span, parts);
      else cautionOfJoin(value.namespaces, span, item.entry.value, parts);
      // Without an init nobody looks on, and the end of the command is the end of all others.
      if (LATER.some((phase) => phase === place.phase) && !values.value('init'))
        parts.problems.error('contradiction', 'there is nobody to do this with `init = false`', span);
    }
  }
}

function placeOf(option: HookOption, values: Values, jail: JailSettings): Place {
  const phase = PHASES.find((each) => option.endsWith(`-${each}`));
  // With `namespace` that phase is the parent's.
  const isOutside = phase === undefined || (phase === 'post-jail' && values.last('namespace') !== undefined);
  return { phase, namespaces: isOutside ? undefined : newBy(jail, phase) };
}

function cautionOfEffect(
  action: ActionName,
  { phase, namespaces }: Place,
  span: Span,
  { host, problems }: CautionParts,
): void {
  const effect = EFFECTS[action];
  if (effect === undefined || namespaces?.has(effect.namespace)) return;
  const { namespace, onHost } = effect;
  if (namespaces === undefined && host.uid !== 0)
    return problems.error('needs-root', `\`${action}\` beside the daemon needs root`, span);
  if (namespaces !== undefined && (host.uid !== 0 || namespaces.has('user'))) {
    const message = `\`${action}\` needs a new ${namespace} namespace here: nothing of the host's may be changed`;
    return problems.error(
      'needs-namespace',
      message,
      span,
      `clone = ${[...namespaces, namespace].join(',')}`,
    );
  }
  const reason =
    namespaces === undefined ? 'this phase is done beside the jail' : `no new ${namespace} namespace`;
  // Of the Emperor's own phases nothing else is expected.
  if (phase !== undefined) problems.warning('on-host', `${reason}: ${onHost}`, span);
}

function cautionOfJoin(
  wanted: ReadonlySet<NamespaceName>,
  span: Span,
  text: string,
  { jail, host, problems }: CautionParts,
): void {
  const missing = [...wanted].filter((name) => !jail.namespaces.value.has(name));
  if (missing.length > 0) {
    const message = `the jail has no new ${missing.join(', ')} namespace when this is done: \`clone\` does not name it`;
    problems.warning('needs-namespace', message, span);
  }
  if (host.uid === 0 || wanted.has('user')) return;
  problems.error(
    'needs-root',
    "without root the jail's namespaces are to be had with `user` alone",
    span,
    `user,${text}`,
  );
}
