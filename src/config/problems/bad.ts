// Why a value cannot be read: what the readers give back instead of a value.

export interface BadOptions {
  readonly code?: string;
  /** What the marked text should be instead. */
  readonly suggestion?: string | undefined;
  /** The same where it takes a search: only made when it is going to be shown. */
  readonly guess?: () => string | undefined;
  /** Part of the value that is wrong, in code units; without it, the whole. */
  readonly from?: number;
  readonly to?: number;
}

export class Bad {
  readonly message: string;
  readonly options: BadOptions;

  constructor(message: string, options: BadOptions = {}) {
    this.message = message;
    this.options = options;
  }
}
