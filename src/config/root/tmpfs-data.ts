// What is wrong with an option of a tmpfs (tmpfs(5)): what the kernel would refuse at the start, or take for no limit.

const UNITS = ['', 'k', 'm', 'g', 't', 'p', 'e'];
/** From here on the kernel counts from 0 again, or has no page for it. */
const TOO_MUCH = 1n << 63n;

const CHECKS: Readonly<Record<string, (value: string) => string | undefined>> = {
  size: (value) =>
    /^\d+%$/.test(value) ? undefined : wrongSize(value, 'bytes, also with k, m, g, or a percentage'),
  nr_blocks: (value) => wrongSize(value, 'a number, also with k, m, g'),
  nr_inodes: (value) => wrongSize(value, 'a number, also with k, m, g'),
  mode: (value) => (/^0?[0-7]{1,4}$/.test(value) ? undefined : 'is no octal mode such as 755 or 1777'),
};

export function wrongTmpfsOption(option: string): string | undefined {
  const [name = '', ...rest] = option.split('=');
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  const wrong = check?.(rest.join('='));
  return wrong && `\`${option}\` ${wrong}`;
}

function wrongSize(value: string, wanted: string): string | undefined {
  const [, digits, unit = ''] = /^(\d{1,30})([kmgtpe]?)$/i.exec(value) ?? [];
  if (digits === undefined) return `is not ${wanted}`;
  const size = BigInt(digits) << BigInt(10 * UNITS.indexOf(unit.toLowerCase()));
  return size < TOO_MUCH ? undefined : 'is too large: the kernel would take it for something else';
}
