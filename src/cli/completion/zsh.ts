// The script with which zsh completes; compadd quotes what it offers.
import type { Completed, CompletedCommand, CompletedFlag } from './model.ts';

export function zshScript(commands: readonly CompletedCommand[]): string {
  const runs = commands.flatMap(({ name, runs }) => (runs ? [name] : []));
  return [
    HEAD,
    '_tsjail_flags() {\n  case $1 in',
    ...commands.map(({ name, flags }) => `    ${name})\n${flagLists(flags)}\n      ;;`),
    '  esac\n}\n',
    '# What follows the flag $2 of the command $1: fails where it takes no value.',
    '_tsjail_value() {\n  case "$1 $2" in',
    ...commands.flatMap(valueCases),
    '    *) return 1 ;;\n  esac\n}\n',
    '_tsjail_operands() {\n  case $1 in',
    ...commands.map(({ name, operands }) => `    ${name}) ${assignment(operands)} ;;`),
    '    *) kind=nothing ;;\n  esac\n}\n',
    BODY.replace(
      'COMMANDS',
      commands.map(({ name, help }) => `    ${described(name, help)}`).join('\n'),
    ).replace('RUNNING', runs.join(' ')),
  ].join('\n');
}

function flagLists(flags: readonly CompletedFlag[]): string {
  const line = (wanted: (flag: CompletedFlag) => boolean) =>
    flags
      .filter(wanted)
      .map(({ name, help }) => `        ${described(name, help)}`)
      .join('\n');
  const plain = line(({ value }) => value === undefined);
  return `      plain=(\n${plain}\n      )\n      valued=(\n${line(({ value }) => value !== undefined)}\n      )`;
}

function valueCases({ name, flags }: CompletedCommand): string[] {
  return flags.flatMap(({ name: flag, short, value }) => {
    if (value === undefined) return [];
    const patterns = [flag, short].filter((each) => each !== undefined).map((each) => `'${name} ${each}'`);
    return [`    ${patterns.join(' | ')}) ${assignment(value)} ;;`];
  });
}

function assignment(value: Completed): string {
  if (value.kind !== 'words') return `kind=${value.kind}`;
  return `kind=${value.listed ? 'listed' : 'words'} list=(${value.words.map(quoted).join(' ')})`;
}

/** As _describe takes it: a colon ends the word. */
function described(word: string, help: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${help}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const HEAD = `#compdef tsjail
# zsh completion of tsjail. Written by \`tsjail completion zsh\`.
`;

const BODY = `_tsjail_complete() {
  local -a names
  case $kind in
    vassals)
      names=("\${(@f)$(command -- \${(Q)words[1]} completion names $control 2>/dev/null)}")
      [[ -n $names ]] && compadd -a names
      ;;
    words) compadd -a list ;;
    listed) compset -P '*,'; compadd -q -S ',' -a list ;;
    configs) _files -g '*.ini(-.)' ;;
    files) _files ;;
    directories) _files -/ ;;
    programs) _command_names -e ;;
  esac
}

_tsjail() {
  local kind command=$words[2] i
  local -a list plain valued control
  if (( CURRENT == 2 )); then
    list=(
COMMANDS
    )
    _describe -t commands command list
    return
  fi
  for (( i = 3; i < CURRENT; i++ )); do
    case $words[i] in
      --control) control=(--control \${(Q)words[i+1]}) ;;
      --control=*) control=(\${(Q)words[i]}) ;;
      --)
        [[ ' RUNNING ' == *" $command "* ]] || return 1
        shift $i words
        (( CURRENT -= i ))
        _normal
        return
        ;;
    esac
  done
  if [[ $words[CURRENT] == --*=* ]] && _tsjail_value $command \${words[CURRENT]%%=*}; then
    compset -P '*='
    _tsjail_complete
  elif [[ $words[CURRENT-1] == -* ]] && _tsjail_value $command $words[CURRENT-1]; then
    _tsjail_complete
  elif [[ $words[CURRENT] == -* ]]; then
    _tsjail_flags $command
    _describe -o option plain -- valued -qS =
  else
    _tsjail_operands $command
    _tsjail_complete
  fi
}

if [[ $funcstack[1] == _tsjail ]]; then
  _tsjail "$@"
else
  compdef _tsjail tsjail
fi
`;
