// Names before lines of several vassals: one below the other, and each with a colour of its own.
import { shown, widthOf } from './cells.ts';
import { type Style, VOICES } from './style.ts';

/** A longer name pushes its own lines to the right, not those of all. */
const WIDEST = 20;

export class Voices {
  readonly #style: Style;
  readonly #known = new Map<string, string>();
  #width: number;

  /** `names`: as far as they are known before. */
  constructor(style: Style, names: readonly string[] = []) {
    this.#style = style;
    this.#width = names.reduce((width, name) => Math.max(width, fitting(name)), 0);
  }

  /** `name` as it stands before a line. */
  of(name: string): string {
    const text = shown(name);
    this.#width = Math.max(this.#width, fitting(name));
    const color = this.#known.get(name) ?? this.#add(name, text);
    return color + ' '.repeat(Math.max(0, this.#width - widthOf(text)));
  }

  #add(name: string, text: string): string {
    const painted = this.#style.paint(VOICES[this.#known.size % VOICES.length], text);
    this.#known.set(name, painted);
    return painted;
  }
}

function fitting(name: string): number {
  const width = widthOf(shown(name));
  return width > WIDEST ? 0 : width;
}
