// The script with which fish completes; it quotes what it offers.
import type { Completed, CompletedCommand, CompletedFlag } from './model.ts';

export function fishScript(commands: readonly CompletedCommand[]): string {
  return `${[HEAD, ...commands.map(({ name, help }) => `complete -c tsjail -n __tsjail_alone -a ${name} -d ${quoted(help)}`), ...commands.flatMap(commandLines)].join('\n')}\n`;
}

function commandLines({ name, flags, operands, runs }: CompletedCommand): string[] {
  const when = `-n '__tsjail_is ${name}'`;
  const offered = offers(operands);
  return [
    ...(offered === '' ? [] : [`complete -c tsjail ${when} ${offered}`]),
    ...(runs ? [`complete -c tsjail -n '__tsjail_runs ${name}' -a '(__fish_complete_command)'`] : []),
    ...flags.map((flag) => `complete -c tsjail ${when} ${flagWords(flag)}`),
  ];
}

function flagWords({ name, short, help, value }: CompletedFlag): string {
  const letter = short === undefined ? '' : ` -s ${short.slice(1)}`;
  const what = value === undefined ? '' : ` -r ${offers(value) || '-f'}`;
  return `-l ${name.slice(2)}${letter}${what} -d ${quoted(help)}`;
}

function offers(value: Completed): string {
  switch (value.kind) {
    case 'vassals':
      return "-f -a '(__tsjail_names)'";
    case 'configs':
      return "-f -a '(__tsjail_configs)'";
    case 'files':
      return '-F';
    case 'directories':
      return "-f -a '(__fish_complete_directories)'";
    case 'programs':
      return "-f -a '(__fish_complete_command)'";
    case 'nothing':
      return '';
    case 'words':
      return `-f -a ${quoted(value.listed ? `(__fish_complete_list , "printf '%s\\n' ${value.words.join(' ')}")` : value.words.join(' '))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const HEAD = `# fish completion of tsjail. Written by \`tsjail completion fish\`.
function __tsjail_alone
    test (count (commandline -opc)) -eq 1
end

function __tsjail_is
    set -l words (commandline -opc)
    test "$words[2]" = $argv[1]; and not contains -- -- $words
end

function __tsjail_runs
    set -l words (commandline -opc)
    test "$words[2]" = $argv[1]; and contains -- -- $words
end

function __tsjail_names
    set -l words (commandline -opc)
    set -l control
    for i in (seq (count $words))
        switch $words[$i]
            case --control
                set -l next (math $i + 1)
                set control --control $words[$next]
            case '--control=*'
                set control $words[$i]
        end
    end
    command $words[1] completion names $control 2>/dev/null
end

function __tsjail_configs
    __fish_complete_path (commandline -ct) | string match -r '.*(?:/|\\.ini)(?:\\t.*)?$'
end

complete -c tsjail -f`;
