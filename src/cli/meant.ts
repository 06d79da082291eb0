// Whom a name of the command line means: what is made of one file (`instances`) is meant by the name of that, too.

/** Is that `by`, or one of those that are made of its file? */
export function isMeant(name: string, by: string): boolean {
  return name === by || (name.startsWith(`${by}:`) && /^\d+$/.test(name.slice(by.length + 1)));
}

/** One that means nobody stays as it is. */
export function meantOf(known: readonly string[], given: readonly string[]): string[] {
  const all = given.flatMap((by) => {
    if (known.includes(by)) return [by];
    const made = known.filter((name) => isMeant(name, by));
    return made.length > 0 ? made : [by];
  });
  return [...new Set(all)];
}
