// `tsjail run`: one vassal in the foreground, from a file, from flags, or from both.

import { basename } from 'node:path';
import { validVassalName } from '../config/names.ts';
import { COMMAND_LINE } from '../config/origin.ts';
import type { Problem } from '../config/problems/problem.ts';
import { NO_DEFAULTS, type VassalDefaults, type VassalInput } from '../config/vassal.ts';
import { hostFacts } from '../emperor/host.ts';
import { loadVassal } from '../emperor/load.ts';
import { type OneRun, runOne } from '../emperor/run-one.ts';
import { inheritable } from '../plan/environment.ts';
import type { Call } from './command.ts';
import { vassalDefaults } from './daemon-config.ts';
import { type End, printEnd } from './end-json.ts';
import { EXIT, explain } from './errors.ts';
import { printProblems } from './problems.ts';
import { readVassalFile } from './vassal-file.ts';

/** For a command that has no name of its own to give. */
const NAMELESS = 'run';

export async function run(call: Call): Promise<number> {
  const { io, err, operands, flags, command } = call;
  const input = operands[0] === undefined ? withoutFile(call) : await readVassalFile(operands[0].value);
  if ('severity' in input) return refuse(call, null, [input]);
  const host = hostFacts();
  const terminal = io.stdinIsTTY && io.out.isTTY;
  const context = { environment: inheritable(io.env), uid: host.uid, terminal };
  const { config, plan, problems } = await loadVassal(
    { ...input, flags, command },
    await defaultsFor(call),
    host,
    context,
  );
  if (config === undefined || plan === undefined) return refuse(call, input.name, problems);
  const { json } = call.options;
  if (!json) printProblems(io.err, problems, err);
  const troubles: string[] = [];
  const one: OneRun = {
    name: config.name,
    plan,
    sockets: config.sockets,
    uwsgi: config.uwsgi !== undefined,
    terminal,
    stopTimeoutMs: config.stopTimeoutMs,
    waiting: (what) => {
      if (!json) io.err.write(`tsjail: waiting for ${what}\n`);
    },
    trouble: ({ message }) => {
      if (json) troubles.push(message);
      else io.err.write(`tsjail: ${message}\n`);
    },
  };
  const end = await carryOut(one);
  if (json) printEnd(io, { ...end, name: config.name, problems, troubles });
  else if (end.message !== undefined) io.err.write(`tsjail: ${end.message}\n`);
  return end.status;
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
function refuse({ io, err, options }: Call, name: string | null, problems: readonly Problem[]): number {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const status = errors.some(({ file }) => file === COMMAND_LINE) ? EXIT.usage : EXIT.setUpFailed;
  if (options.json) printEnd(io, { name, status, message: 'its config is bad', problems });
  else printProblems(io.err, problems, err);
  return status;
}

/** The machine may refuse before there is a jail that could end. */
async function carryOut(one: OneRun): Promise<Pick<End, 'status' | 'message' | 'facts'>> {
  try {
    const { code, message, facts } = await runOne(one);
    return { status: code, message, facts };
  } catch (error) {
    const { code, text } = explain(error);
    if (code === EXIT.bug) throw error;
    return { status: EXIT.setUpFailed, message: text.trimEnd().replace(/^tsjail: /, '') };
  }
}
