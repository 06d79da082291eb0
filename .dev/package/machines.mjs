// The machines that packages are made for, by Node's names.
export const MACHINES = {
  x64: { triplet: 'x86_64-linux-gnu', debian: 'amd64' },
  arm64: { triplet: 'aarch64-linux-gnu', debian: 'arm64' },
};

/** Prefix of the compiler's programs, and the package that has it. */
export function toolchainFor(arch) {
  if (arch === process.arch) return { prefix: '', packages: 'g++ binutils' };
  const { triplet } = MACHINES[arch];
  return { prefix: `${triplet}-`, packages: `g++-${triplet.replaceAll('_', '-')}` };
}
