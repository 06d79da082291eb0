// The rules of `promtool check metrics` and of the text format, as far as they can be told from one answer: the real one is
// tens of megabytes.

const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? ([-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|Inf)|NaN)$/;
const UNITS_OF_SMALLER_SIZE =
  /_(milliseconds|microseconds|nanoseconds|minutes|hours|days|kilobytes|kibibytes|megabytes|mebibytes|percent|ms|us|kb|mb)(_|$)/;
const BUCKET = /_(bucket|sum|count)$/;

/** Nothing: all is well. */
export function faultsOf(text: string): string[] {
  const faults: string[] = [];
  if (!text.endsWith('\n')) faults.push('the last line has no end');
  const seen = new Set<string>();
  const families = new Map<string, string>();
  let family = '';
  let help = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') help = name;
    else if (kind === 'TYPE') {
      if (help !== name) faults.push(`${name}: no HELP before TYPE`);
      if (families.has(name)) faults.push(`${name}: twice`);
      families.set(name, rest);
      family = name;
      faults.push(...namingFaults(name, rest));
    } else faults.push(...sampleFaults(line, family, families.get(family) ?? '', seen));
  }
  return faults;
}

function namingFaults(name: string, type: string): string[] {
  const faults: string[] = [];
  if (type === 'counter' && !name.endsWith('_total')) faults.push(`${name}: a counter ends in _total`);
  if (type !== 'counter' && name.endsWith('_total')) faults.push(`${name}: only a counter ends in _total`);
  if (/[A-Z]/.test(name)) faults.push(`${name}: upper case`);
  if (name.includes(':')) faults.push(`${name}: colons are for recording rules`);
  if (UNITS_OF_SMALLER_SIZE.test(name)) faults.push(`${name}: not a base unit`);
  if (BUCKET.test(name)) faults.push(`${name}: ends as the parts of a histogram do`);
  if (new RegExp(`_${type}(_|$)`).test(name)) faults.push(`${name}: has its type in its name`);
  return faults;
}

function sampleFaults(line: string, family: string, type: string, seen: Set<string>): string[] {
  const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
  if (value === undefined) return [`not a sample: ${line}`];
  const base = type === 'histogram' ? name.replace(BUCKET, '') : name;
  const faults = base === family ? [] : [`${name}: among the samples of ${family}`];
  const series = `${name}{${labels}}`;
  if (seen.has(series)) faults.push(`${series}: twice`);
  seen.add(series);
  if (type !== 'histogram' && /(^|,)le="/.test(labels)) faults.push(`${name}: \`le\` is of histograms`);
  return faults;
}
