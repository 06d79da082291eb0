export interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly [key: string]: unknown }>
  >;
}
export function handedOut(lock: Lock): string[];
export function unlisted(lock: Lock): string[];
