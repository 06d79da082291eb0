// The program that a daemon is, as it would be started again: the same words, and whatever is at its path by now.

export interface Program {
  readonly path: string;
  readonly argv: readonly string[];
}

export function ownProgram(): Program {
  const { execPath, execArgv, argv0, argv } = process;
  return { path: execPath, argv: [argv0, ...execArgv, ...argv.slice(1)] };
}
