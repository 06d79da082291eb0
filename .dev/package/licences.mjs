// Under which terms other people's work may be here: what is handed out with ours, and what we only build and test with.

/** Whoever hands it on has to name its authors, and nothing else. */
const HANDED_OUT = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];
/** It stays here. */
const FOR_BUILDING = [
  ...HANDED_OUT,
  'Apache-2.0',
  'BlueOak-1.0.0',
  'MIT OR Apache-2.0',
  // Of a style sheet compiler that our test runner brings along.
  'MPL-2.0',
  'CC0-1.0',
  'Python-2.0',
];
/** Compiled into the addon, although npm has it among what is for building. */
const IN_ADDON = ['node_modules/node-addon-api'];

/** Paths of the packages whose work is in ours. @param {{ packages: Record<string, any> }} lock */
export function handedOut({ packages }) {
  const bundled = Object.entries(packages).filter(
    ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional,
  );
  const present = IN_ADDON.filter((path) => path in packages);
  return [...bundled.map(([path]) => path), ...present].sort();
}

/** `NAME VERSION: TERMS` of each package whose terms are not listed here. @param {{ packages: Record<string, any> }} lock */
export function unlisted(lock) {
  const ours = new Set(handedOut(lock));
  return Object.entries(lock.packages)
    .filter(
      ([path, { license }]) => path !== '' && !(ours.has(path) ? HANDED_OUT : FOR_BUILDING).includes(license),
    )
    .map(
      ([path, { version, license }]) =>
        `${path.replace(/^.*node_modules\//, '')} ${version}: ${license ?? 'none'}`,
    );
}
