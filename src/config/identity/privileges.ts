// Which capabilities the command has, and whether it may get more.

import type { HostFacts } from '../host.ts';
import type { JailSettings } from '../jail-settings.ts';
import { isNew } from '../namespaces.ts';
import type { Given, Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import type { Problems } from '../problems/problems.ts';
import { valueSpan } from '../problems/report.ts';
import { type Capability, type CapabilityLine, joinedCapabilities } from './capabilities.ts';

type List = readonly Capability[];

/** What is undefined stays as it is. */
export interface Privileges {
  /** The bounding set is at most these. */
  readonly bounding?: Located<List> | undefined;
  /** They are what the daemon's config leaves any vassal. */
  readonly isLimit?: boolean;
  /** These go out of the bounding set. */
  readonly dropped?: Located<List> | undefined;
  /** The command has exactly these; `all`: as many as the bounding set leaves. */
  readonly exactly?: Located<List | 'all'> | undefined;
  /** Raised as ambient, whatever the uid. */
  readonly ambient?: Located<List | 'all'> | undefined;
  readonly noNewPrivs?: Located<boolean> | undefined;
}

const NO_PRIVILEGES: Privileges = {};
const OPTIONS = ['cap', 'cap-drop', 'cap-ambient'] as const;
type Option = (typeof OPTIONS)[number];

export function privilegesOf(
  values: Values,
  limit: Located<List> | undefined,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): Privileges {
  if (limit === undefined && !values.mentions('identity')) return NO_PRIVILEGES;
  const cap = asked(values, 'cap');
  const drop = asked(values, 'cap-drop');
  const ambient = asked(values, 'cap-ambient');
  checkRights(values, limit, jail, host, problems);
  if (!values.isBad(...OPTIONS)) checkTogether(values, limit, problems);
  const noNewPrivs = values.located('no-new-privs');
  if (!(limit || cap || drop || ambient || noNewPrivs)) return NO_PRIVILEGES;
  return {
    ...boundingOf(cap, drop, limit),
    exactly: cap,
    ambient: ambient && ambient.value.length > 0 ? ambient : undefined,
    noNewPrivs,
  };
}

function asked(values: Values, option: Option): Located<List | 'all'> | undefined {
  const lines = values.all(option);
  const last = lines.at(-1);
  return last && { value: joinedCapabilities(lines.map(({ value }) => value)), at: last.at };
}

function boundingOf(
  cap: Located<List | 'all'> | undefined,
  drop: Located<List | 'all'> | undefined,
  limit: Located<List> | undefined,
): Pick<Privileges, 'bounding' | 'dropped' | 'isLimit'> {
  if (cap && cap.value !== 'all') return { bounding: { value: cap.value, at: cap.at } };
  if (drop?.value === 'all') return { bounding: { value: [], at: drop.at } };
  const dropped = drop && drop.value.length > 0 ? { value: drop.value, at: drop.at } : undefined;
  return { bounding: limit, dropped, ...(limit && { isLimit: true }) };
}

/** One that lists capabilities, and one that has the say over them. */
interface Rule {
  readonly asks: Option;
  readonly over: string;
  /** What is said of those that it forbids. */
  readonly verb: string;
  readonly forbids: (capability: Capability) => boolean;
}

function checkTogether(values: Values, limit: Located<List> | undefined, problems: Problems): void {
  const cap = asked(values, 'cap')?.value;
  const drop = asked(values, 'cap-drop')?.value;
  const within = (list: List) => (capability: Capability) => !list.includes(capability);
  const rules: Rule[] = [];
  if (limit) {
    const rule = { over: 'emperor-cap', verb: 'leaves out', forbids: within(limit.value) };
    rules.push({ asks: 'cap', ...rule }, { asks: 'cap-ambient', ...rule });
  }
  if (cap !== undefined && cap !== 'all') {
    rules.push({ asks: 'cap-ambient', over: 'cap', verb: 'leaves out', forbids: within(cap) });
  }
  if (drop !== undefined) {
    const forbids = (capability: Capability) => drop === 'all' || drop.includes(capability);
    const rule = { over: 'cap-drop', verb: 'drops', forbids };
    rules.push({ asks: 'cap', ...rule }, { asks: 'cap-ambient', ...rule });
  }
  for (const rule of rules) checkRule(values, rule, problems);
}

function checkRule(values: Values, { asks, over, verb, forbids }: Rule, problems: Problems): void {
  const counting = asked(values, asks)?.value;
  if (counting === undefined || counting === 'all') return;
  const forbidden = counting.filter(forbids);
  if (forbidden.length === 0) return;
  const names = forbidden.map(({ name }) => name).join(', ');
  const line = lineOf(values.all(asks), forbidden[0]);
  const message = `\`${over}\` ${verb} ${names}`;
  if (line) problems.error('contradiction', message, valueSpan(line.item.entry));
}

function lineOf(
  lines: readonly Given<CapabilityLine>[],
  capability: Capability | undefined,
): Given<CapabilityLine> | undefined {
  const has = (line: CapabilityLine) =>
    typeof line !== 'string' && capability !== undefined && line.includes(capability);
  return lines.findLast(({ value }) => has(value)) ?? lines.at(-1);
}

/** To change the bounding set takes CAP_SETPCAP, which an ordinary user has in a user namespace of his own only. */
function checkRights(
  values: Values,
  limit: Located<List> | undefined,
  jail: JailSettings,
  host: HostFacts,
  problems: Problems,
): void {
  if (host.uid === 0 || isNew(jail, 'user') || values.isBad('clone')) return;
  const given = OPTIONS.flatMap((option) => values.last(option) ?? []);
  for (const { item } of given) {
    const message = `without root \`${item.entry.written}\` needs a new user namespace`;
    problems.error('needs-root', message, valueSpan(item.entry));
  }
  if (limit === undefined) return;
  const message = '`emperor-cap` can limit nothing without root, unless the vassal has a new user namespace';
  problems.error('needs-root', message, { at: limit.at });
}
