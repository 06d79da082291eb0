// The one table of capabilities: names and numbers of linux/capability.h, and the kernel that first had them (capabilities(7)).

import { listed } from '../dialect/text.ts';
import type { HostFacts } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';

export interface Capability {
  /** In lower case, without `cap_`. */
  readonly name: string;
  readonly number: number;
  /** Undefined: older than the oldest kernel that namespaces can be had on. */
  readonly since: string | undefined;
}

const NAMES = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'linux_immutable',
  'net_bind_service',
  'net_broadcast',
  'net_admin',
  'net_raw',
  'ipc_lock',
  'ipc_owner',
  'sys_module',
  'sys_rawio',
  'sys_chroot',
  'sys_ptrace',
  'sys_pacct',
  'sys_admin',
  'sys_boot',
  'sys_nice',
  'sys_resource',
  'sys_time',
  'sys_tty_config',
  'mknod',
  'lease',
  'audit_write',
  'audit_control',
  'setfcap',
  'mac_override',
  'mac_admin',
  'syslog',
  'wake_alarm',
  'block_suspend',
  'audit_read',
  'perfmon',
  'bpf',
  'checkpoint_restore',
];
const SINCE: Readonly<Record<string, string>> = {
  syslog: '2.6.37',
  wake_alarm: '3.0',
  block_suspend: '3.5',
  audit_read: '3.16',
  perfmon: '5.8',
  bpf: '5.8',
  checkpoint_restore: '5.9',
};

export const CAPABILITIES: readonly Capability[] = NAMES.map((name, number) => ({
  name,
  number,
  since: SINCE[name],
}));

/** One line: some, everything there is, or nothing, which takes back the lines before it. */
export type CapabilityLine = readonly Capability[] | 'all' | 'none';

/** `net_bind_service, CAP_KILL`, `all`, `none`. */
export function readCapabilities(text: string, { host }: { readonly host: HostFacts }): CapabilityLine | Bad {
  const words = listed(text);
  const [only] = words;
  if (only === undefined) return new Bad('no capability: names such as net_bind_service, or all, or none');
  const whole = only.word.toLowerCase();
  if (words.length === 1 && (whole === 'all' || whole === 'none')) return whole;
  const found: Capability[] = [];
  for (const { word, from, to } of words) {
    const capability = capabilityOf(word);
    if (capability === undefined) return unknown(word, from, to);
    if (capability.number > (host.lastCapability ?? Number.POSITIVE_INFINITY)) {
      const message = `this kernel has no ${capability.name}: Linux has it since ${capability.since}`;
      return new Bad(message, { from, to });
    }
    found.push(capability);
  }
  return found;
}

function capabilityOf(word: string): Capability | undefined {
  const name = bareName(word);
  return CAPABILITIES.find((each) => each.name === name);
}

function bareName(word: string): string {
  return word.toLowerCase().replaceAll('-', '_').replace(/^cap_/, '');
}

function unknown(word: string, from: number, to: number): Bad {
  const name = bareName(word);
  if (name === 'all' || name === 'none') return new Bad(`\`${word}\` stands alone`, { from, to });
  const suggestion = nearest(
    name,
    CAPABILITIES.map((each) => each.name),
  );
  return new Bad(`unknown capability \`${word}\``, { suggestion, from, to });
}

/** What several lines ask for together. */
export function joinedCapabilities(lines: readonly CapabilityLine[]): readonly Capability[] | 'all' {
  let all = false;
  const found = new Set<Capability>();
  for (const line of lines) {
    if (line === 'all') all = true;
    else if (line === 'none') {
      all = false;
      found.clear();
    } else for (const each of line) found.add(each);
  }
  return all ? 'all' : [...found].sort((a, b) => a.number - b.number);
}
