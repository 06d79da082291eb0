// What a config asks of the file system. What is not known yet is noted, so that it can be found out and the config be read again.
import type { HostAnswers, Look, Question } from '../host.ts';
import { Bad } from '../problems/bad.ts';
import { errnoWords } from '../problems/errno.ts';
import type { Whose } from '../tenant.ts';

export class Asked {
  /** All files that it is made of: a change there is a change of the config. */
  readonly files = new Set<string>();
  readonly #host: HostAnswers;
  readonly #missing = new Map<string, Question>();

  constructor(host: HostAnswers) {
    this.#host = host;
  }

  get missing(): readonly Question[] {
    return [...this.#missing.values()];
  }

  /** Undefined, here and below: still to be found out. */
  read(path: string, whose: Whose): string | Bad | undefined {
    const answer = this.file(path, whose);
    this.files.add(path);
    if (answer === undefined) return undefined;
    return 'text' in answer ? answer.text : unreadable(path, answer.failure);
  }

  /** The answer as it came, of what need not be a file that the config is made of. */
  file(path: string, whose: Whose): ReturnType<HostAnswers['file']> {
    return this.#host.file(path, whose) ?? this.#miss({ ask: 'file', path, whose });
  }

  look(path: string): Look | undefined {
    const answer = this.#host.look(path);
    if (answer === undefined) return this.#miss({ ask: 'look', path });
    // Not a file that is there: it may be written to all the time, and what it holds is none of the config.
    if (answer.kind !== 'file') this.files.add(path);
    return answer;
  }

  glob(pattern: string): readonly string[] | Bad | undefined {
    const answer = this.#host.glob(pattern);
    if (answer === undefined) return this.#miss({ ask: 'glob', path: pattern });
    return 'paths' in answer ? answer.paths : unreadable(pattern, answer.failure);
  }

  #miss(question: Question): undefined {
    const asker = question.ask === 'file' ? question.whose : '';
    this.#missing.set(`${question.ask} ${asker} ${question.path}`, question);
  }
}

function unreadable(path: string, failure: string): Bad {
  return new Bad(`cannot read ${path}: ${errnoWords(failure)}`, { code: 'unreadable' });
}
