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
import { fill } from './paragraphs.ts';
import type { Style } from './style.ts';

const TITLE_WIDTH = 28;
const ADVICE_AT = 10;
const FOUND_AT = ADVICE_AT + TITLE_WIDTH + 2;
/** Of a terminal that is hardly one. */
const LEAST_WIDTH = 20;

export async function doctor(call: Call): Promise<number> {
  const { io, options, out } = call;
  const findings = await findingsOf(call);
  const ok = isFit(findings);
  if (options.json) printJson(io.out, { ok, version: ownVersion(), findings: findings.map(findingJson) });
  else {
    const width = io.out.isTTY ? io.out.columns : undefined;
    for (const area of AREAS)
      io.out.write(`${out.paint('strong', area)}\n${linesOf(findings, area, { style: out, width })}`);
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

interface Page {
  readonly style: Style;
  /** Undefined: no limit. */
  readonly width: number | undefined;
}

function linesOf(findings: readonly Finding[], area: string, page: Page): string {
  return findings
    .filter((finding) => finding.area === area)
    .map((finding) => linesFor(finding, page))
    .join('');
}

function linesFor({ state, needed, title, found, advice }: Finding, { style, width }: Page): string {
  const kind = state === 'yes' ? 'good' : state === 'no' && needed ? 'bad' : 'busy';
  const mark = style.paint(kind, state.padEnd(6));
  const text = (words: string, margin: number) =>
    fill(words, '', Math.max(LEAST_WIDTH, (width ?? Number.POSITIVE_INFINITY) - margin));
  const [first = '', ...rest] = text(shown(found), FOUND_AT).map((line) => line.trimEnd());
  const below = rest.map((line) => `${' '.repeat(FOUND_AT)}${line}\n`).join('');
  const advices = advice === undefined ? [] : text(`→ ${advice}`, ADVICE_AT);
  const told = advices.map(
    (line, index) => `${' '.repeat(ADVICE_AT + (index && 2))}${style.paint('quiet', line)}\n`,
  );
  return `${`  ${mark}  ${title.padEnd(TITLE_WIDTH)}  ${first}`.trimEnd()}\n${below}${told.join('')}`;
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
