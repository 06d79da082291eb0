// The table of docs/metrics.md, of the table of metrics. The rest of that page is written by hand.
import { FAMILIES } from '../src/control/metrics/table.ts';

const HEAD = '| name | type | labels | is |\n|---|---|---|---|\n';

/** `page` with its table as it should be. */
export function withMetricsTable(page: string): string {
  const begin = page.indexOf(HEAD) + HEAD.length;
  const end = page.indexOf('\n\n', begin);
  return page.slice(0, begin) + rows() + page.slice(end);
}

function rows(): string {
  return FAMILIES.map(({ name, type, labels, help }) => {
    const said = labels.filter((label) => label !== 'le').map((label) => `\`${label}\``);
    return `| \`${name}\` | ${type} | ${said.join(', ')} | ${help} |`;
  }).join('\n');
}
