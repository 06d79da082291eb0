// What hooks do to the host because the vassal has no namespace for it, and what they cannot do where it lacks one.
import type { ActionName } from './hook-actions.ts';
import type { HostFacts } from './host.ts';
import type { JailSettings } from './jail-settings.ts';
import { type NamespaceName, newBy } from './namespaces.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.ts';
import type { Given, Values } from './options-read.ts';
import { LATER_PHASES, PHASES } from './phases.ts';
import type { Problems } from './problems.ts';
import { valueSpan } from './report.ts';

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
const LATER = new RegExp(`-(${LATER_PHASES.join('|')})$`);

export function hookCautions(values: Values, jail: JailSettings, host: HostFacts, problems: Problems): void {
  for (const name of HOOK_OPTIONS) {
    for (const given of values.all(name)) {
      const { value } = given;
      if ('args' in value) checkEffect(values, value.name, name, given, jail, host, problems);
      // Without an init nobody looks on, and the end of the command is the end of all others.
      if (LATER.test(name) && !values.value('init'))
        problems.error(
          'contradiction',
          'there is nobody to do this with `init = false`',
          valueSpan(given.item.entry),
        );
    }
  }
}

function checkEffect(
  values: Values,
  action: ActionName,
  option: HookOption,
  given: Given<unknown>,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): void {
  const effect = EFFECTS[action];
  const phase = PHASES.find((each) => option.endsWith(`-${each}`));
  if (effect === undefined || phase === undefined) return;
  // With `namespace` that phase is done beside the daemon.
  const isOutside = phase === 'post-jail' && values.last('namespace') !== undefined;
  const namespaces = isOutside ? new Set<NamespaceName>() : newBy(jail, phase);
  if (namespaces.has(effect.namespace)) return;
  const span = valueSpan(given.item.entry);
  const wanted = [...namespaces, effect.namespace].join(',');
  const { namespace } = effect;
  if (host.uid !== 0 || namespaces.has('user')) {
    const message = `\`${action}\` needs a new ${namespace} namespace here: nothing of the host's may be changed`;
    problems.error('needs-namespace', message, span, `clone = ${wanted}`);
  } else problems.warning('on-host', `no new ${namespace} namespace: ${effect.onHost}`, span);
}
