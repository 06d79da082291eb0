// What `namespace` stands for besides the root: new namespaces and a host name (uWSGI: "the old way").
import type { NamespaceName } from '../namespaces.ts';
import type { Values } from '../options/read.ts';
import type { Located } from '../origin.ts';

/** Added to what `clone` asks for. */
export function withNamespaceOption(
  values: Values,
  asked: Located<ReadonlySet<NamespaceName>>,
): Located<ReadonlySet<NamespaceName>> {
  const root = values.last('namespace');
  if (root === undefined) return asked;
  const net: NamespaceName[] = values.value('namespace-net') ? ['net'] : [];
  const value = new Set<NamespaceName>([...asked.value, 'fs', ...net, 'ipc', 'uts', 'pid']);
  return { value, at: root.at };
}

/** `hostname` says it more plainly than the end of `namespace`. */
export function hostnameOf(values: Values): Located<string> | undefined {
  const plain = values.located('hostname');
  const root = values.last('namespace');
  if (plain || root?.value.hostname === undefined) return plain;
  return { value: root.value.hostname, at: root.at };
}
