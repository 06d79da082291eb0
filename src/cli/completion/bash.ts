// The script with which bash completes. Names of vassals are text of others: they are read line by line and quoted, never handed to
// `compgen -W`, which would expand what is in them.
import type { Completed, CompletedCommand } from './model.ts';

export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return [
    HEAD,
    '_tsjail_flags() {\n  case $1 in',
    ...commands.map(({ name, flags }) => `    ${name}) REPLY='${flags.flatMap(flagWords).join(' ')}' ;;`),
    "    *) REPLY='--help' ;;\n  esac\n}\n",
    '# What follows the flag $2 of the command $1: fails where it takes no value.',
    '_tsjail_value() {\n  list=\'\'\n  case "$1 $2" in',
    ...valueCases(commands),
    '    *) return 1 ;;\n  esac\n}\n',
    "_tsjail_operands() {\n  list=''\n  case $1 in",
    ...commands.map(({ name, operands }) => `    ${name}) ${assignment(operands)} ;;`),
    '    *) kind=nothing ;;\n  esac\n}\n',
    `_tsjail_commands='${names}'`,
    `_tsjail_running='${commands.flatMap(({ name, runs }) => (runs ? [name] : [])).join(' ')}'\n`,
    BODY,
  ].join('\n');
}

function flagWords({ name, short, value }: CompletedCommand['flags'][number]): string[] {
  const long = value === undefined ? name : `${name}=`;
  return short === undefined ? [long] : [short, long];
}

/** Flags with the same values share a line. */
function valueCases(commands: readonly CompletedCommand[]): string[] {
  const rows = new Map<string, string[]>();
  for (const { name, flags } of commands)
    for (const flag of flags) {
      if (flag.value === undefined) continue;
      const key = assignment(flag.value);
      const words = [flag.name, flag.short].filter((each) => each !== undefined);
      rows.set(key, [...(rows.get(key) ?? []), ...words.map((word) => `'${name} ${word}'`)]);
    }
  return [...rows].map(([key, patterns]) => `    ${patterns.join(' | ')}) ${key} ;;`);
}

function assignment(value: Completed): string {
  if (value.kind !== 'words') return `kind=${value.kind}`;
  return `kind=${value.listed ? 'listed' : 'words'} list='${value.words.join(' ')}'`;
}

const HEAD = `# bash completion of tsjail. Written by \`tsjail completion bash\`.
# shellcheck disable=SC2086 # lists of words are to be split
`;

const BODY = `# The text that the word $1 of a command line stands for, without running anything of it; and the quote that is open at its end.
_tsjail_unquote() {
  local text=$1 char
  REPLY='' open=''
  while [[ -n $text ]]; do
    char=\${text:0:1} text=\${text:1}
    case $open$char in
      \\' | \\") open=$char ;;
      \\'\\' | \\"\\") open='' ;;
      \\\\ | \\"\\\\) REPLY+=\${text:0:1} text=\${text:1} ;;
      *) REPLY+=$char ;;
    esac
  done
}

# Whatever of the lines of stdin begins with $word, without the part $done of it that readline does not replace.
_tsjail_offer() {
  local line
  while IFS= read -r line; do
    [[ $line == "$word"* ]] || continue
    line=\${line#"$done"}
    case $open in
      \\') line=\${line//\\'/\\'\\\\\\'\\'} ;;
      \\") line=\${line//\\\\/\\\\\\\\} line=\${line//\\"/\\\\\\"} line=\${line//\\$/\\\\$} line=\${line//\\\`/\\\\\\\`} ;;
      *) printf -v line %q "$line" ;;
    esac
    COMPREPLY+=("$line")
  done
}

_tsjail_files() {
  compopt -o filenames 2>/dev/null
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@" -- "\${word#"$done"}")
}

_tsjail_complete() {
  case $kind in
    vassals) _tsjail_offer < <(command -- "\${words[0]}" completion names "\${control[@]}" 2>/dev/null) ;;
    words) _tsjail_offer < <(for each in $list; do printf '%s\\n' "$each"; done) ;;
    listed)
      local before='' each
      [[ $word == *,* ]] && before=\${word%,*},
      _tsjail_offer < <(for each in $list; do printf '%s\\n' "$before$each"; done)
      ;;
    configs) _tsjail_files -d && _tsjail_files -f -X '!*.ini' ;;
    files) _tsjail_files -f ;;
    directories) _tsjail_files -d ;;
    programs) _tsjail_files -c ;;
  esac
}

_tsjail() {
  local IFS=$' \\t\\n' rest=$COMP_LINE words=() control=() each kind list word done='' open='' previous='' i raw
  COMPREPLY=()
  # = and : end words for readline, but not for us.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    raw=\${COMP_WORDS[i]}
    if ((i > 0)) && [[ $rest != [[:space:]]* && -n $raw ]]; then words[\${#words[@]}-1]+=$raw; else words+=("$raw"); fi
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    rest=\${rest#"$raw"}
  done
  local last=$((\${#words[@]} - 1)) part=\${COMP_WORDS[COMP_CWORD]}
  [[ $part == [=:] ]] && part=''
  raw=\${words[last]}
  _tsjail_unquote "\${raw%"$part"}" && done=$REPLY
  _tsjail_unquote "$raw" && word=$REPLY
  if ((last < 2)); then
    list="$_tsjail_commands --help --version" kind=words
    _tsjail_complete
    return
  fi
  for ((i = 2; i < last; i++)); do
    case \${words[i]} in
      --control) control=(--control "\${words[i + 1]}") ;;
      --control=*) control=("\${words[i]}") ;;
      --)
        [[ " $_tsjail_running " == *" \${words[1]} "* ]] && kind=files && ((i + 1 == last)) && kind=programs
        _tsjail_complete
        return
        ;;
    esac
  done
  if [[ $word == --*=* ]]; then
    _tsjail_value "\${words[1]}" "\${word%%=*}" || return
    local flag=\${word%%=*}=
    word=\${word#"$flag"} done=\${done#"$flag"}
  elif previous=\${words[last - 1]} && [[ $previous == -* ]] && _tsjail_value "\${words[1]}" "$previous"; then
    :
  elif [[ $word == -* ]]; then
    _tsjail_flags "\${words[1]}"
    list=$REPLY kind=words
    _tsjail_complete
    [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return
  else
    _tsjail_operands "\${words[1]}"
  fi
  _tsjail_complete
  # More may follow a comma, or a word that ends so.
  [[ $kind == listed || \${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _tsjail tsjail
`;
