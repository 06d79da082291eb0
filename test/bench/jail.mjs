// One full jail after the other through the built engine, without the daemon around it.
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { NO_ANSWERS } from '../../src/config/host.ts';
import { NO_DEFAULTS, parseVassal } from '../../src/config/vassal.ts';
import { openEngine } from '../../src/emperor/engine.ts';
import { hostFacts } from '../../src/emperor/host.ts';
import { JailedProcess } from '../../src/jail/jailed-process.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { median } from './numbers.mjs';

const DEADLINE_MS = 10_000;
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/** As many as the daemon keeps when nobody says otherwise. */
const SPARES = 4;

const FILE = { name: 'bench', path: '/bench.ini', directory: '/' };
const LINES = ['[vassal]', 'clone = fs,net,ipc,uts,pid', 'hostname = bench', 'command = true'];

/** As the daemon reads it. `more`: lines besides. */
function config(command, more) {
  const host = { ...hostFacts(), ...NO_ANSWERS };
  const { config: read, problems } = parseVassal(
    { ...FILE, text: [...LINES, ...more].join('\n') },
    NO_DEFAULTS,
    host,
  );
  if (read === undefined) throw new Error(JSON.stringify(problems));
  return { ...read, command: { ...read.command, value: command } };
}

export class Launcher {
  #engine = openEngine();
  #plan;
  #cgroup;

  /** `mark`: path of the command that tells when it was started. Without more lines it is a jail that makes the same kernel
   *  calls as the raw program. */
  constructor(mark, more = ['profile = open']) {
    this.#plan = buildPlan(config([mark, '-', 'pause'], more), {
      environment: ENVIRONMENT,
      uid: 0,
      terminal: false,
    });
    this.#cgroup = this.#engine.cgroups?.of('bench');
  }

  /** From the second launch on each is given a net namespace that was made ahead. */
  keepSpares() {
    this.#engine.native.keepNetworks(SPARES);
  }

  /** Directory of a cgroup for others to be born in; `-` where there is no hierarchy. */
  get otherCgroup() {
    const path = this.#engine.cgroups?.of('raw').path;
    if (path === undefined) return '-';
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Starts one jail and ends it. µs from spawn() to the command's first instruction, of the call, and of the loop's work. */
  once() {
    return new Promise((resolve, reject) => {
      const result = { startUsec: 0, callUsec: 0, busyUsec: 0 };
      const timer = setTimeout(() => reject(new Error('the jail never started')), DEADLINE_MS);
      const before = performance.eventLoopUtilization();
      const begun = process.hrtime.bigint();
      const jail = JailedProcess.spawn(this.#engine, this.#plan, 'pipe', this.#cgroup, {
        jailer: () => {},
        started: () => {},
        failed: (failure) => reject(new Error(JSON.stringify(failure, (_, v) => v?.message ?? v))),
        output: (chunk) => {
          result.startUsec = Number(BigInt(Buffer.from(chunk).toString().trim()) - begun) / 1000;
          // What the loop did until it had nothing more to do for this start.
          setImmediate(() => {
            result.busyUsec = performance.eventLoopUtilization(before).active * 1000;
            jail.kill();
          });
        },
        trouble: reject,
        ended: () => {
          clearTimeout(timer);
          resolve(result);
        },
      });
      result.callUsec = Number(process.hrtime.bigint() - begun) / 1000;
    });
  }

  close() {
    return this.#engine.close();
  }
}

/** How long N spawns block the loop of a process of that size. */
async function block(mark, megabytes, times) {
  // Filled, so that the pages are there.
  const ballast = Array.from({ length: Number(megabytes) / 10 }, () => Buffer.alloc(10 << 20, 1));
  const launcher = new Launcher(mark);
  const results = [];
  for (let n = 0; n < Number(times); n++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    results.push(await launcher.once());
  }
  await launcher.close();
  const call = median(results.map((each) => each.callUsec));
  const busy = median(results.map((each) => each.busyUsec));
  process.stdout.write(JSON.stringify({ call, busy, ballast: ballast.length }));
}

/** As `raw` does it: a launch for each line on stdin, answered with its µs. */
function once(mark, ...lines) {
  return serve(new Launcher(mark, lines));
}

async function spared(mark, ...lines) {
  const launcher = new Launcher(mark, lines);
  launcher.keepSpares();
  await launcher.once();
  await serve(launcher);
}

async function serve(launcher) {
  for await (const _ of createInterface({ input: process.stdin }))
    process.stdout.write(`${(await launcher.once()).startUsec.toFixed(1)}\n`);
  await launcher.close();
}

/** Run as a program: `jail.mjs block MARK MEGABYTES N`, `jail.mjs once MARK LINE…`, `jail.mjs spared MARK LINE…`. */
if (process.argv[1] === import.meta.filename) {
  const [what, ...words] = process.argv.slice(2);
  await { block, once, spared }[what](...words);
  process.exit();
}
