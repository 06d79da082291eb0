// The scripts by the name of their shell.
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { CompletedCommand, SHELLS } from './model.ts';
import { zshScript } from './zsh.ts';

type Script = (commands: readonly CompletedCommand[]) => string;

export const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], Script>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
