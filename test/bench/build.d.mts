/** Path of the program: `MARK MEGABYTES N`. */
export function buildLauncher(): Promise<string>;
/** Gives the paths of the C programs, by name. */
export function buildPrograms(directory: string): Record<'mark' | 'init' | 'raw' | 'load', string>;
