// An option that is nothing without a new namespace, in a vassal that does not get it.

import { isNew, type NamespaceName, type NamespaceSets } from './namespaces.ts';
import type { Given } from './options/read.ts';
import { COMMAND_LINE } from './origin.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';

export function needNamespace(
  sets: NamespaceSets,
  given: Given<unknown> | undefined,
  namespace: NamespaceName,
  what: string,
  problems: Problems,
): void {
  if (given === undefined || isNew(sets, namespace)) return;
  const list = [...sets.namespaces.value, namespace].join(',');
  const suggestion = given.at.file === COMMAND_LINE ? `--clone=${list}` : `clone = ${list}`;
  const message = `\`${what}\` needs a new ${namespace} namespace`;
  problems.error('needs-namespace', message, valueSpan(given.item.entry), suggestion);
}
