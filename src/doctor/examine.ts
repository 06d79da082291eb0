// All probes, in the order in which they are shown.
import { CGROUPS } from './cgroups.ts';
import { FILES } from './files.ts';
import { KERNEL } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { MACHINE } from './machine.ts';
import { NAMESPACES } from './namespaces.ts';
import { type Finding, no, type Probe, type Verdict, type World } from './probe.ts';
import { PROGRAM } from './program.ts';

export const PROBES: readonly Probe[] = [
  ...PROGRAM,
  ...KERNEL,
  ...NAMESPACES,
  ...FILES,
  ...CGROUPS,
  ...LIMITS,
  ...MACHINE,
];

export function examine(world: World, probes: readonly Probe[] = PROBES): Promise<Finding[]> {
  return Promise.all(
    probes.map(async (probe) => {
      const { id, area, title, needed = false } = probe;
      return { id, area, title, needed, ...(await verdictOf(probe, world)) };
    }),
  );
}

/** Can the daemon do its work? */
export function isFit(findings: readonly Finding[]): boolean {
  return findings.every(({ needed, state }) => !needed || state !== 'no');
}

/** What a probe stumbles over is a finding too. */
async function verdictOf({ look }: Probe, world: World): Promise<Verdict> {
  try {
    return await look(world);
  } catch (error) {
    return no(error instanceof Error ? error.message : String(error));
  }
}
