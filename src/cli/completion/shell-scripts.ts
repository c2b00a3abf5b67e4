import type { CommandWords, OptionWords } from './command-words.ts';
import type { Shell } from './shells.ts';

/** The script that teaches a shell the commands. */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  if (shell === 'bash') return bashScript(commands);
  return shell === 'zsh' ? zshScript(commands) : fishScript(commands);
}

function bashScript(commands: readonly CommandWords[]): string {
  const names = [...commands.map(({ name }) => name), '--help', '--version'].join(' ');
  return `# bash completion of halfspace: source it, or put it into ~/.local/share/bash-completion/completions/halfspace
_halfspace() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names}" -- "$word"))
    return
  fi
  case "$command $before" in
${commands.flatMap(bashValues).join('\n')}
  esac
  case "$command" in
${commands.map(bashCommand).join('\n')}
  esac
}
complete -o filenames -F _halfspace halfspace
`;
}

function bashValues({ name, options }: CommandWords): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === 'none') return [];
    const patterns = flags.map((flag) => `"${name} ${flag}"`).join('|');
    const words = typeof value === 'string' ? '' : value.join(' ');
    const reply =
      value === 'file' ? FILES_IN_BASH : words === '' ? '' : `COMPREPLY=($(compgen -W "${words}" -- "$word")); `;
    return [`    ${patterns}) ${reply}return ;;`];
  });
}

/** A name may have blanks in it. */
const FILES_IN_BASH = `local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$word")); `;

function bashCommand({ name, options, operands }: CommandWords): string {
  const flags = options.flatMap((option) => option.flags).join(' ');
  const isOption = `case "$word" in -*) COMPREPLY=($(compgen -W "${flags}" -- "$word")); return ;; esac`;
  if (operands === undefined) return `    ${name}) COMPREPLY=($(compgen -W "${flags}" -- "$word")) ;;`;
  const rest =
    operands === 'files' ? FILES_IN_BASH.trimEnd() : `COMPREPLY=($(compgen -W "${operands.join(' ')}" -- "$word"));`;
  return `    ${name}) ${isOption}; ${rest} ;;`;
}

function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef halfspace
# zsh completion of halfspace: put it into a folder of $fpath as _halfspace
_halfspace() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map((command) => `    ${command.name}) _arguments ${zshArguments(command).join(' ')} ;;`).join('\n')}
  esac
}
if [ "$funcstack[1]" = _halfspace ]; then _halfspace "$@"; else compdef _halfspace halfspace; fi
`;
}

function zshArguments({ options, operands }: CommandWords): string[] {
  const specs = options.flatMap((option) => option.flags.map((flag) => zshOption(flag, option)));
  const operand = operands === 'files' ? "'*:file:_files'" : operands && quoted(`1:word:(${operands.join(' ')})`);
  return operand === undefined ? specs : [...specs, operand];
}

function zshOption(flag: string, { description, value }: OptionWords): string {
  const about = description.replaceAll(/[[\]:]/g, '\\\\$&');
  const words = typeof value === 'string' ? '' : `(${value.join(' ')})`;
  const after = value === 'none' ? '' : value === 'file' ? ':file:_files' : `:value:${words}`;
  return quoted(`${flag}[${about}]${after}`);
}

function fishScript(commands: readonly CommandWords[]): string {
  const top = commands.map(
    ({ name, summary }) => `complete -c halfspace -n __fish_use_subcommand -f -a ${name} -d ${quotedForFish(summary)}`,
  );
  return `# fish completion of halfspace: put it into ~/.config/fish/completions/halfspace.fish
${[...top, ...commands.flatMap(fishCommand)].join('\n')}
`;
}

function fishCommand({ name, options, operands }: CommandWords): string[] {
  const here = `complete -c halfspace -n '__fish_seen_subcommand_from ${name}'`;
  const lines = options.map(({ flags, description, value }) => {
    const names = flags
      .map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
      .join(' ');
    const after =
      value === 'none'
        ? ''
        : value === 'file'
          ? ' -r -F'
          : value === 'word'
            ? ' -x'
            : ` -x -a ${quoted(value.join(' '))}`;
    return `${here} ${names} -d ${quotedForFish(description)}${after}`;
  });
  if (operands === 'files') return lines;
  return [...lines, `${here} -f${operands === undefined ? '' : ` -a ${quoted(operands.join(' '))}`}`];
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function quotedForFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
