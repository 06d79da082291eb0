// Readers for the values of hook options.

import { NAMESPACES, type NamespaceName, namespaceOf } from '../namespaces.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import { type HookAction, readFamily, readHook } from './actions.ts';
import { cut, wrongPart } from './words.ts';

export { readHook } from './actions.ts';

/** `hook-as-emperor-setns`: an action in namespaces of the jail. */
export interface SetnsHook {
  readonly namespaces: ReadonlySet<NamespaceName>;
  readonly action: HookAction;
}

export const readMountHook = readFamily('mount');
export const readUmountHook = readFamily('umount');
export const readExecHook = readFamily('exec');
export const readFsWait = readFamily('wait_for_fs');
export const readFileWait = readFamily('wait_for_file');
export const readDirWait = readFamily('wait_for_dir');
export const readSocketWait = readFamily('wait_for_socket');
export const readInterfaceWait = readFamily('wait_for_interface');
export const readMountWait = readFamily('wait_for_mountpoint');

/** `net,uts exec:ip link set lo up`. */
export function readSetnsHook(text: string): SetnsHook | Bad {
  const [list, rest] = cut({ text, from: 0 });
  const namespaces = new Set<NamespaceName>();
  for (const { 0: word, index } of list.text.matchAll(/[^,]+/g)) {
    const namespace = namespaceOf(word);
    if (namespace === undefined) return unknownNamespace(word, list.from + index);
    namespaces.add(namespace.name);
  }
  if (rest.text === '') return wrongPart(list, 'the action is missing: NAMESPACE,… ACTION:ARGUMENTS');
  const action = readHook(rest.text, rest.from);
  return action instanceof Bad ? action : { namespaces, action };
}

function unknownNamespace(word: string, from: number): Bad {
  const known = NAMESPACES.flatMap(({ name, aliases }) => [name, ...aliases]);
  const message = word.includes(':')
    ? 'the namespaces are missing: NAMESPACE,… ACTION:ARGUMENTS'
    : `unknown namespace \`${word}\``;
  return new Bad(message, { suggestion: nearest(word, known), from, to: from + word.length });
}
