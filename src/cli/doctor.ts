// `tsjail doctor`: what this machine and user can and cannot do, and what to do about it.
import { type DaemonVersion, PATHS } from '../control/protocol.ts';
import { examine, isFit } from '../doctor/examine.ts';
import { AREAS, type Finding } from '../doctor/probe.ts';
import { leaveRoom, makeRoom, thisMachine } from '../doctor/world.ts';
import { ownVersion } from '../system/version.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askDaemon, controlPath } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { printJson } from './json.ts';
import type { Style } from './style.ts';

const TITLE_WIDTH = 28;

export async function doctor(call: Call): Promise<number> {
  const { io, options, out } = call;
  const findings = await findingsOf(call);
  const ok = isFit(findings);
  if (options.json) printJson(io.out, { ok, version: ownVersion(), findings: findings.map(findingJson) });
  else {
    for (const area of AREAS) io.out.write(`${out.paint('strong', area)}\n${linesOf(findings, area, out)}`);
    io.err.write(`tsjail: ${summaryOf(findings)}\n`);
  }
  return ok ? EXIT.done : EXIT.failed;
}

async function findingsOf(call: Call): Promise<Finding[]> {
  const directory = makeRoom();
  try {
    const around = {
      controlSocket: controlPath(call),
      daemonPid: () => daemonPid(call),
      main: process.argv[1] ?? '',
    };
    return await examine(thisMachine(directory, around));
  } finally {
    leaveRoom(directory);
  }
}

async function daemonPid(call: Call): Promise<number | undefined> {
  try {
    return (await askDaemon(call, (client) => client.get<DaemonVersion>(PATHS.version))).pid;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Every field is always there. */
function findingJson(finding: Finding): object {
  return { ...finding, advice: finding.advice ?? null };
}

function linesOf(findings: readonly Finding[], area: string, style: Style): string {
  return findings
    .filter((finding) => finding.area === area)
    .map((finding) => linesFor(finding, style))
    .join('');
}

function linesFor({ state, needed, title, found, advice }: Finding, style: Style): string {
  const kind = state === 'yes' ? 'good' : state === 'no' && needed ? 'bad' : 'busy';
  const mark = style.paint(kind, state.padEnd(6));
  const line = `  ${mark}  ${title.padEnd(TITLE_WIDTH)}  ${shown(found)}`.trimEnd();
  return advice === undefined ? `${line}\n` : `${line}\n          ${style.paint('quiet', `→ ${advice}`)}\n`;
}

function summaryOf(findings: readonly Finding[]): string {
  const missing = findings.filter(({ needed, state }) => needed && state === 'no');
  if (missing.length > 0)
    return `the daemon cannot do its work here: ${missing.map(({ title }) => title).join(', ')}`;
  const less = findings.filter(({ state }) => state !== 'yes').length;
  return less === 0
    ? 'everything is there'
    : `the daemon can do its work here; ${less} of ${findings.length} things are not there, or not in full`;
}
