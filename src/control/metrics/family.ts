// What a metric is: its name, type, help and labels, and how its lines come from the figures. Makers for the usual kinds. Lines are
// put together at once, without an object for each: there are tens of thousands of them.
import type { DaemonFigures, Figures, VassalFigures } from '../../emperor/figures.ts';
import type { HistogramFigures } from '../../emperor/histogram.ts';

/** null, undefined: not known, no sample. */
type Value = number | null | undefined;

export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Its samples, a line for each. */
  readonly lines: (figures: Figures) => string;
}

/** Name, type and help. */
type Title = readonly [name: string, type: 'gauge' | 'counter', help: string];

export function ofVassals([name, type, help]: Title, of: (vassal: VassalFigures) => Value): Family {
  const lines = ({ vassals }: Figures) => {
    let text = '';
    for (const vassal of vassals) {
      const value = of(vassal);
      if (value !== null && value !== undefined) text += `${name}{${vassalLabel(vassal)}} ${value}\n`;
    }
    return text;
  };
  return { name, type, help, labels: ['vassal'], lines };
}

/** Of each vassal a sample for each entry, with `label` as the entry's key. */
export function ofVassalsBy(
  [name, type, help]: Title,
  label: string,
  entries: (vassal: VassalFigures) => readonly (readonly [string, number])[],
): Family {
  const lines = ({ vassals }: Figures) => {
    let text = '';
    for (const vassal of vassals)
      for (const [key, value] of entries(vassal))
        text += `${name}{${vassalLabel(vassal)},${labelled(label, key)}} ${value}\n`;
    return text;
  };
  return { name, type, help, labels: ['vassal', label], lines };
}

export function ofDaemon([name, type, help]: Title, of: (daemon: DaemonFigures) => Value): Family {
  const lines = ({ daemon }: Figures) => {
    const value = of(daemon);
    return value === null || value === undefined ? '' : `${name} ${value}\n`;
  };
  return { name, type, help, labels: [], lines };
}

export function ofDaemonBy(
  [name, type, help]: Title,
  labels: readonly string[],
  entries: (figures: Figures) => readonly (readonly [words: readonly string[], value: number])[],
): Family {
  const lines = (figures: Figures) =>
    entries(figures)
      .map(([words, value]) => {
        const pairs = labels.map((label, index) => labelled(label, words[index] ?? ''));
        return `${name}{${pairs.join()}} ${value}\n`;
      })
      .join('');
  return { name, type, help, labels, lines };
}

export function histogram(
  name: string,
  help: string,
  of: (daemon: DaemonFigures) => HistogramFigures,
): Family {
  const lines = ({ daemon }: Figures) => bucketLines(name, of(daemon));
  return { name, type: 'histogram', help, labels: ['le'], lines };
}

/** Each bucket counts those of the ones before too. */
function bucketLines(name: string, { bounds, counts, sum }: HistogramFigures): string {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return `${name}_bucket{${labelled('le', bound(bounds[index]))}} ${total}\n`;
  });
  return `${buckets.join('')}${name}_sum ${sum}\n${name}_count ${total}\n`;
}

/** With a fraction always: OpenMetrics wants it, and it shall be the same series in both formats. */
function bound(value: number | undefined): string {
  if (value === undefined) return '+Inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const LABELS = new WeakMap<VassalFigures, string>();

function vassalLabel(vassal: VassalFigures): string {
  const known = LABELS.get(vassal);
  if (known !== undefined) return known;
  const label = labelled('vassal', vassal.name);
  LABELS.set(vassal, label);
  return label;
}

const ESCAPED = /[\\"\n]/;

function labelled(name: string, value: string): string {
  const safe = ESCAPED.test(value) ? value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n') : value;
  return `${name}="${safe}"`;
}
