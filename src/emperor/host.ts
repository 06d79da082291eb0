// The facts about this machine and process that the config layer may ask for, gathered here because it must not look itself.
import { availableParallelism, hostname } from 'node:os';
import type { HostFacts } from '../config/vassal.ts';
import { UserFiles } from '../system/users.ts';

export function hostFacts(): Omit<HostFacts, 'file'> {
  return {
    env: process.env,
    users: new UserFiles(),
    hostname: hostname(),
    cwd: process.cwd(),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    cpus: availableParallelism(),
    nowSec: Math.floor(Date.now() / 1000),
  };
}
