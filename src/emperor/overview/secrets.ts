// The secrets of a vassal: what its variables are set to, and what else is not to be shown of its text.
import { inOrder, redactLine } from '../../config/secrets.ts';
import type { VassalConfig } from '../../config/vassal-config.ts';
import type { Vassal } from '../vassal.ts';

interface Known {
  readonly of: readonly unknown[];
  readonly secrets: readonly string[];
}

export class Secrets {
  readonly #known = new WeakMap<Vassal, Known>();

  /** For `masked`. `text` is what its file holds, as far as that is known. */
  of(vassal: Vassal, text: string): readonly string[] {
    const { config, wanted, problems } = vassal;
    const of = [text, config, wanted, problems];
    const known = this.#known.get(vassal);
    if (known?.of.every((each, index) => each === of[index])) return known.secrets;
    const lines = [...text.split('\n'), ...problems.map(({ source }) => source ?? '')];
    const secrets = inOrder([
      ...lines.flatMap((line) => redactLine(line).secrets),
      ...variablesOf(config),
      ...variablesOf(wanted),
    ]);
    this.#known.set(vassal, { of, secrets });
    return secrets;
  }
}

function variablesOf(config: VassalConfig | undefined): string[] {
  if (config === undefined) return [];
  const actions = [...(config.hooks.actions?.values() ?? [])].flat().map(({ value }) => value);
  return [
    ...[...config.env.values()].map(({ value }) => value),
    ...actions.filter(({ hidden }) => hidden).flatMap(({ args }) => args),
    ...actions
      .filter(({ name }) => name === 'putenv')
      .map(({ args: [line = ''] }) => line.slice(line.indexOf('=') + 1)),
  ];
}
