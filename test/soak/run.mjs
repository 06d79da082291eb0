// `npm run soak [-- short] [NAME…] [--seed=N] [--seconds=N] [--json=FILE]`: storms over the built daemon, one after the
// other, each in a world of its own; a table of what was measured, and exit code 1 when something was not as before.
import { writeFileSync } from 'node:fs';
import { runInWorld } from './harness/world.mjs';
import { SIZES } from './sizes.mjs';

const NAMES = Object.keys(SIZES);

async function main() {
  const { form, names, seed, seconds, json } = argumentsOf(process.argv.slice(2));
  if (process.getuid() !== 0) throw new Error('needs root: sudo npm run soak');
  console.log(`${form} form, seed ${seed}`);
  const results = [];
  for (const name of names) {
    const result = await runInWorld({ name, seed, size: lasting(SIZES[name][form], seconds) });
    results.push(result);
    tell(result);
  }
  console.log(`\n${table(results)}`);
  const bad = results.filter(({ faults }) => faults.length > 0);
  console.log(`\n${results.length - bad.length} of ${results.length} storms left everything as it was`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ form, seed, results }, null, 2)}\n`);
  process.exitCode = bad.length === 0 ? 0 : 1;
}

/** The time for what comes before and after a storm stays. */
function lasting(size, seconds) {
  if (seconds === undefined || size.seconds === undefined) return size;
  return { ...size, seconds, limitS: size.limitS + Math.max(0, seconds - size.seconds) };
}

function argumentsOf(words) {
  const given = (name) => words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
  const plain = words.filter((word) => !word.startsWith('--'));
  const names = plain.filter((word) => !['short', 'long'].includes(word));
  const strange = names.filter((name) => !NAMES.includes(name));
  if (strange.length > 0) throw new Error(`no storm ${strange.join(', ')}; there are: ${NAMES.join(', ')}`);
  return {
    form: plain.includes('short') ? 'short' : 'long',
    names: names.length > 0 ? names : NAMES,
    seed: Number(given('seed') ?? Math.floor(Math.random() * 2 ** 31)),
    seconds: given('seconds') && Number(given('seconds')),
    json: given('json'),
  };
}

function tell({ name, seconds, faults }) {
  console.log(`${faults.length === 0 ? 'ok' : 'NOT OK'} ${name} (${seconds ?? '?'} s)`);
  for (const fault of faults) console.log(`   ${fault}`);
}

function table(results) {
  const rows = results.map(({ name, seconds = '?', figures, faults }) => {
    const measured = Object.entries(figures).map(([label, value]) => `${label}: ${value}`);
    return `| ${name} | ${seconds} s | ${faults.length === 0 ? 'as before' : `${faults.length} faults`} | ${measured.join('; ')} |`;
  });
  return ['| storm | took | afterwards | measured |', '|---|---|---|---|', ...rows].join('\n');
}

await main();
