export function buildPrograms(directory: string): Record<'mark' | 'init' | 'raw', string>;
/** Path of the program: `MARK MEGABYTES N`. */
export function buildLauncher(): Promise<string>;
