// `tsjail plan`: the steps that a vassal's jail would be made of.

import type { CgroupSettings } from '../config/cgroup/settings.ts';
import { namespacesIn } from '../config/namespaces.ts';
import type { Origin } from '../config/origin.ts';
import { hostFacts } from '../emperor/host.ts';
import { inheritable } from '../plan/environment.ts';
import { helpersOf, printPlan, shownArguments } from '../plan/print.ts';
import { socketJson } from '../plan/print-sockets.ts';
import type { Plan, Step } from '../plan/step.ts';
import type { Call } from './command.ts';
import { vassalDefaults } from './daemon-config.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { loadFile } from './load-file.ts';
import { printProblems } from './problems.ts';
import { readVassalFile } from './vassal-file.ts';

const ENVIRONMENT =
  "the environment of the shell that asks, and what the config adds; the daemon's vassals inherit the daemon's";

export async function plan(call: Call): Promise<number> {
  const { io, err } = call;
  const file = await readVassalFile(call.operands[0]?.value ?? '');
  if ('severity' in file) {
    printProblems(io.err, [file], err);
    return EXIT.failed;
  }
  const host = hostFacts();
  const context = { environment: inheritable(io.env), uid: host.uid, terminal: false };
  const loaded = await loadFile(file, await vassalDefaults(call), host, context);
  printProblems(io.err, loaded.problems, err);
  if (loaded.plan === undefined) return EXIT.failed;
  if (call.options.json) printJson(io.out, planJson(loaded.plan));
  else io.out.write(printPlan(loaded.plan, ENVIRONMENT));
  return EXIT.done;
}

function planJson(plan: Plan): unknown {
  const { name, cloneFlags, cgroups, steps, sockets = [] } = plan;
  return {
    name,
    cloneFlags,
    namespaces: namespacesIn(cloneFlags).map((namespace) => namespace.name),
    sockets: sockets.map(socketJson),
    cgroups: cgroups ? groupsJson(cgroups) : null,
    steps: steps.map(stepJson),
    helpers: helpersOf(plan).map(([phase, each]) => ({ phase, steps: each.map(stepJson) })),
  };
}

function stepJson(step: Step, index: number): unknown {
  return {
    index,
    name: step.name,
    args: shownArguments(step),
    file: step.at?.file ?? null,
    line: step.at?.line ?? null,
  };
}

function groupsJson({ directories, directoryMode, options, limits }: CgroupSettings): unknown {
  const line = ({ at }: { readonly at: Origin }) => ({ file: at.file, line: at.line });
  return {
    directories: directories.map((each) => ({ path: each.value, mode: directoryMode, ...line(each) })),
    writes: [...options, ...limits].map((each) => ({
      name: each.value.file,
      value: each.value.value,
      ...line(each),
    })),
  };
}
