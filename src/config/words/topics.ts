// What a word of a config means, whatever it is: option, directive, action or phase of hooks, placeholder, namespace, or a name of
// uWSGI's that is none of ours. For `tsjail explain`.
import { ACTIONS, type ActionName } from '../hooks/actions.ts';
import { NAMESPACES } from '../namespaces.ts';
import { type Answer, answerTo } from '../options/answers.ts';
import { BARE_DIRECTIVES, DIRECTIVES } from '../options/directives.ts';
import { keysOf, OPTIONS, type Option, type OptionName, optionOf, type Scope } from '../options.ts';
import { TYPES } from '../values.ts';
import { EXAMPLES } from './examples.ts';
import { ACTION_WORDS, PHASE_WORDS } from './hooks.ts';
import { MAGIC_WORDS, magicWords, PLACEHOLDER_WORDS } from './magic.ts';
import { momentOf, rightsFor } from './moments.ts';
import { NAMESPACE_WORDS } from './namespaces.ts';
import { relatedTo } from './related.ts';
import { TYPE_WORDS } from './types.ts';

export interface OptionTopic {
  readonly kind: 'option';
  readonly name: OptionName;
  /** As the user wrote it, if it is another name of it. */
  readonly alias: string | undefined;
  readonly scope: Scope;
  readonly forAll: boolean;
  readonly group: string;
  readonly syntax: string;
  readonly help: string;
  readonly values: string;
  readonly range: readonly [number, number] | undefined;
  readonly default: string | undefined;
  readonly repeatable: boolean;
  readonly aliases: readonly string[];
  readonly moment: string;
  readonly rights: string;
  readonly example: string;
  readonly see: readonly string[];
}

export type Topic =
  | OptionTopic
  | { readonly kind: 'directive'; readonly name: string; readonly help: string; readonly bare: boolean }
  | {
      readonly kind: 'action';
      readonly name: string;
      readonly takes: string;
      readonly help: string;
      readonly example: string;
    }
  | {
      readonly kind: 'phase';
      readonly name: string;
      readonly when: string;
      readonly as: string;
      readonly where: string;
      readonly fails: string;
      readonly options: readonly string[];
    }
  | { readonly kind: 'placeholder' | 'namespace'; readonly name: string; readonly help: string }
  | { readonly kind: 'uwsgi'; readonly name: string; readonly scope: Scope; readonly answer: Answer };

const ACTION_ALIASES: Readonly<Record<string, ActionName>> = { chdir: 'cd', creat: 'create', log: 'print' };

/** Everything that `word` is; empty: nobody knows it. A flag is its option, `_` is `-` in keys. */
export function topicsOf(word: string): Topic[] {
  const key = word.replace(/^--/, '').replace(/=.*$/s, '').toLowerCase().replaceAll('_', '-');
  const known = [...optionTopics(key), ...otherTopics(word, key)];
  return known.length > 0 ? known : uwsgiTopics(key);
}

/** Words that `topicsOf` knows, for suggestions and completion. */
export function topicWords(): string[] {
  const magic = Object.keys(MAGIC_WORDS).map((letter) => `%${letter}`);
  const keys = new Set([...keysOf('vassal'), ...keysOf('emperor')]);
  return [...keys, ...Object.keys(ACTIONS), ...Object.keys(PHASE_WORDS), ...magic];
}

function optionTopics(key: string): OptionTopic[] {
  const names = new Set([optionOf(key, 'vassal'), optionOf(key, 'emperor')]);
  return [...names].flatMap((name) => (name === undefined ? [] : [optionTopic(name, key)]));
}

export function optionTopic(name: OptionName, written: string = name): OptionTopic {
  const option: Option = OPTIONS[name];
  return {
    kind: 'option',
    name,
    alias: written === name ? undefined : written,
    scope: option.scope,
    forAll: option.forAll === true,
    group: option.group,
    syntax: TYPES[option.type].syntax,
    help: option.help,
    values: TYPE_WORDS[option.type].values,
    range: option.type === 'seconds' || option.type === 'milliseconds' ? undefined : option.range,
    default: option.default,
    repeatable: option.repeatable === true,
    aliases: option.aliases ?? [],
    moment: momentOf(name),
    rights: rightsFor(name),
    example: `${name} = ${EXAMPLES[name] ?? TYPE_WORDS[option.type].example}`,
    see: relatedTo(name),
  };
}

function otherTopics(word: string, key: string): Topic[] {
  return [...directiveTopics(key), ...actionTopics(key), ...phaseTopics(key), ...nameTopics(word, key)];
}

function directiveTopics(key: string): Topic[] {
  const help = Object.hasOwn(DIRECTIVES, key) ? DIRECTIVES[key] : undefined;
  return help === undefined ? [] : [{ kind: 'directive', name: key, help, bare: BARE_DIRECTIVES.has(key) }];
}

function actionTopics(key: string): Topic[] {
  const word = key.replaceAll('-', '_').replace(/:$/, '');
  const name = ACTION_ALIASES[word] ?? word;
  if (!Object.hasOwn(ACTIONS, name)) return [];
  const { takes, help, example } = ACTION_WORDS[name as ActionName];
  return [{ kind: 'action', name, takes, help, example: `hook-as-root = ${name}:${example}` }];
}

function phaseTopics(key: string): Topic[] {
  if (!Object.hasOwn(PHASE_WORDS, key)) return [];
  const options = ['hook', 'mount', 'umount', 'exec'].map((family) => `${family}-${key}`);
  const words = PHASE_WORDS[key as keyof typeof PHASE_WORDS];
  return [
    { kind: 'phase', name: key, ...words, options: options.filter((each) => Object.hasOwn(OPTIONS, each)) },
  ];
}

function nameTopics(word: string, key: string): Topic[] {
  const [, letter] = /^%(.)$/s.exec(word) ?? [];
  const magic = letter === undefined ? undefined : magicWords(letter);
  if (magic !== undefined) return [{ kind: 'placeholder', name: word, help: magic }];
  const form = placeholderForm(word);
  if (form !== undefined) return [{ kind: 'placeholder', name: form, help: PLACEHOLDER_WORDS[form] ?? '' }];
  const namespace = NAMESPACES.find(({ name, aliases }) => name === key || aliases.includes(key));
  return namespace
    ? [{ kind: 'namespace', name: namespace.name, help: NAMESPACE_WORDS[namespace.name] }]
    : [];
}

function placeholderForm(word: string): string | undefined {
  if (word === '%(_)') return word;
  if (/^%\(.*[+*/-].*\)$/s.test(word)) return '%(A + B)';
  if (/^%\(.*\)$/s.test(word)) return '%(KEY)';
  if (/^\$\(.*-.*\)$/s.test(word)) return '$(NAME:-TEXT)';
  if (/^\$\(.*\)$/s.test(word)) return '$(NAME)';
  return /^@\(.*\)$/s.test(word) ? '@(FILE)' : undefined;
}

function uwsgiTopics(key: string): Topic[] {
  for (const scope of ['vassal', 'emperor'] as const) {
    const answer = answerTo(key, scope);
    if (answer) return [{ kind: 'uwsgi', name: key, scope, answer }];
  }
  return [];
}
