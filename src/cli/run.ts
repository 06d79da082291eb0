// `tsjail run`: one vassal in the foreground, from a file, from flags, or from both.
import { basename } from 'node:path';
import { COMMAND_LINE } from '../config/dialect/sources.ts';
import { validVassalName } from '../config/names.ts';
import type { Problem } from '../config/problems/problem.ts';
import { NO_DEFAULTS, type VassalDefaults, type VassalInput } from '../config/vassal.ts';
import { hostFacts } from '../emperor/host.ts';
import { loadVassal } from '../emperor/load.ts';
import { type OneRun, runOne } from '../emperor/run-one.ts';
import { inheritable } from '../plan/environment.ts';
import type { Call } from './command.ts';
import { vassalDefaults } from './daemon-config.ts';
import { EXIT, explain } from './errors.ts';
import { printProblems } from './problems.ts';
import { readVassalFile } from './vassal-file.ts';

/** For a command that has no name of its own to give. */
const NAMELESS = 'run';

export async function run(call: Call): Promise<number> {
  const { io, err, operands, flags, command } = call;
  const input = operands[0] === undefined ? withoutFile(call) : await readVassalFile(operands[0].value);
  if ('severity' in input) return refuse(call, [input]);
  const host = hostFacts();
  const terminal = io.stdinIsTTY && io.out.isTTY;
  const context = { environment: inheritable(io.env), uid: host.uid, terminal };
  const { config, plan, problems } = await loadVassal(
    { ...input, flags, command },
    await defaultsFor(call),
    host,
    context,
  );
  if (config === undefined || plan === undefined) return refuse(call, problems);
  printProblems(io.err, problems, err);
  const waiting = (what: string) => io.err.write(`tsjail: waiting for ${what}\n`);
  const trouble = (error: Error) => io.err.write(`tsjail: ${error.message}\n`);
  return carryOut(call, {
    name: config.name,
    plan,
    sockets: config.sockets,
    uwsgi: config.uwsgi !== undefined,
    terminal,
    stopTimeoutMs: config.stopTimeoutMs,
    waiting,
    trouble,
  });
}

/** A vassal that has no file is nobody's: the daemon's config has no say in it unless it is named. */
async function defaultsFor(call: Call): Promise<VassalDefaults> {
  const wanted = call.operands.length > 0 || call.options.config !== undefined;
  return wanted ? vassalDefaults(call) : NO_DEFAULTS;
}

function withoutFile({ command }: Call): VassalInput {
  const name = basename(command?.value[0] ?? '');
  return {
    name: validVassalName(name) === undefined ? name : NAMELESS,
    path: COMMAND_LINE,
    directory: process.cwd(),
  };
}

/** Wrong words are wrong usage; else it is the jail that could not be had. */
function refuse({ io, err }: Call, problems: readonly Problem[]): number {
  printProblems(io.err, problems, err);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return errors.some(({ file }) => file === COMMAND_LINE) ? EXIT.usage : EXIT.setUpFailed;
}

async function carryOut({ io }: Call, one: OneRun): Promise<number> {
  try {
    const { code, message } = await runOne(one);
    if (message !== undefined) io.err.write(`tsjail: ${message}\n`);
    return code;
  } catch (error) {
    const { code, text } = explain(error);
    if (code === EXIT.bug) throw error;
    io.err.write(text);
    return EXIT.setUpFailed;
  }
}
