// Other processes (programs of hooks, who takes back what is made in a root when the start fails) between the unshare of a pid
// namespace and the fork that enters it: the first of them would be its pid 1, and its end that of the namespace
// (pid_namespaces(7)). So the namespace is made right before that fork.
import { flagsOf } from './namespaces.ts';
import { type Step, step } from './step.ts';

const NEWPID = flagsOf(new Set(['pid']));

export function withLatePid(steps: readonly Step[]): readonly Step[] {
  if (!steps.some(makesPid)) return steps;
  const result: Step[] = [];
  let late: Step | undefined;
  for (const [index, each] of steps.entries()) {
    if (makesPid(each) && isInTheWay(steps.slice(index + 1))) {
      late = each;
      result.push(...withoutPid(each));
    } else if (each.name === 'refork' && late) {
      result.push(step('unshare', [NEWPID], late.at), each);
      late = undefined;
    } else result.push(each);
  }
  return result;
}

function makesPid({ name, args }: Step): boolean {
  return name === 'unshare' && (Number(args[0]) & NEWPID) !== 0;
}

const FORKING = /^(hook-exec|put-.*)$/;

/** Is there another process before the fork, and is the fork root's? */
function isInTheWay(behind: readonly Step[]): boolean {
  const fork = behind.findIndex(({ name }) => name === 'refork');
  const before = behind.slice(0, Math.max(fork, 0));
  return before.some(({ name }) => FORKING.test(name)) && !before.some(({ name }) => name === 'uid');
}

function withoutPid({ args, at }: Step): Step[] {
  const rest = Number(args[0]) & ~NEWPID;
  return rest === 0 ? [] : [step('unshare', [rest], at)];
}
