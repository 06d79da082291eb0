// What is around us: who we are, where sockets and configs go, systemd and its journal.
import { dirname } from 'node:path';
import { no, type Probe, partly, type Verdict, type World, yes } from './probe.ts';

export const MACHINE: readonly Probe[] = [
  { id: 'user', area: 'machine', title: 'user', look: lookAtUser },
  { id: 'control-socket', area: 'machine', title: 'control socket', needed: true, look: lookAtControl },
  { id: 'vassals', area: 'machine', title: 'vassals', look: lookAtVassals },
  { id: 'systemd', area: 'machine', title: 'systemd', look: lookAtSystemd },
  { id: 'journal', area: 'machine', title: 'journal', look: lookAtJournal },
  { id: 'ptrace', area: 'machine', title: 'ptrace', look: lookAtPtrace },
];

function lookAtUser({ uid, userName = '' }: World): Verdict {
  if (uid === 0) return yes('root');
  return partly(
    `${userName} (${uid}): every vassal gets a user namespace`,
    'run the daemon as root for uids and limits of all kinds',
  );
}

async function lookAtControl({ controlSocket, uid, exists, isWritable, daemonPid }: World): Promise<Verdict> {
  const pid = await daemonPid();
  if (pid !== undefined) return yes(`${controlSocket}: daemon ${pid} answers`);
  const place = nearest(dirname(controlSocket), exists);
  if (isWritable(place)) return yes(`${controlSocket} can be made`);
  return no(
    `${place} is not ours to write`,
    uid === 0
      ? 'give --control SOCKET or set TSJAIL_CONTROL'
      : 'export TSJAIL_CONTROL=$XDG_RUNTIME_DIR/tsjail.sock, or give --control SOCKET',
  );
}

function nearest(directory: string, exists: (path: string) => boolean): string {
  return directory === '/' || exists(directory) ? directory : nearest(dirname(directory), exists);
}

function lookAtVassals({ vassals, exists }: World): Verdict {
  if (exists(vassals)) return yes(vassals);
  return partly(
    `${vassals} is not there`,
    `mkdir -p ${vassals}, or name another directory to tsjail emperor`,
  );
}

function lookAtSystemd({ exists }: World): Verdict {
  if (exists('/run/systemd/system')) return yes('runs this machine');
  return partly(
    'does not run this machine',
    'let what does run it start tsjail emperor, and start it again when it ends',
  );
}

function lookAtJournal({ exists }: World): Verdict {
  if (exists('/run/systemd/journal/stdout')) return yes('there');
  return partly(
    'no /run/systemd/journal/stdout: no `log = journal`',
    "use `log = file:PATH`, or the daemon's own output",
  );
}

/** yama: kernel, admin-guide/LSM/Yama. */
function lookAtPtrace({ read }: World): Verdict {
  const scope = read('/proc/sys/kernel/yama/ptrace_scope')?.trim();
  if (scope === undefined || scope === '0')
    return partly(
      'processes of one uid may trace each other',
      'sysctl kernel.yama.ptrace_scope=1, or give each vassal a uid',
    );
  return yes(`only of its children (kernel.yama.ptrace_scope = ${scope})`);
}
