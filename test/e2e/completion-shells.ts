import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT_MS = 30_000;

/** A shell that was unpacked, a script of completions, a folder to try it in and one for what trying needs. */
export interface ShellTrial {
  binary: string;
  script: string;
  cwd: string;
  scratch: string;
}

/** What fish offers for the last word of a line, by its own `complete -C`. */
export function offeredByFish(line: string, { binary, script, cwd, scratch }: ShellTrial): string[] {
  const usr = join(binary, '../..');
  const code = `set fish_function_path $argv[1]/share/fish/functions; source $argv[2]; complete -C $argv[3]`;
  const said = execFileSync(binary, ['--no-config', '-c', code, usr, script, line], {
    cwd,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, HOME: scratch, LD_LIBRARY_PATH: `${usr}/lib/x86_64-linux-gnu:${usr}/lib/aarch64-linux-gnu` },
  });
  return wordsOf(said).map((word) => word.split('\t')[0]!);
}

/** A shell on a terminal of its own, which somebody types a line into and presses Tab. */
const TYPIST = `
module_path=($ZSH_ROOT/usr/lib/*/zsh/*(N))
zmodload zsh/zpty
zpty user zsh -f -i
zpty -w user 'source $AT_TERMINAL'
zpty -w -n user "$LINE"$'\\t'
while zpty -r user said; do :; done
`;

/** Writes down what completion adds, and ends the shell after the first Tab. */
const AT_TERMINAL = `
module_path=($ZSH_ROOT/usr/lib/*/zsh/*(N)) fpath=($ZSH_ROOT/usr/share/zsh/functions/**/*(N/))
autoload -Uz compinit && compinit -D -u
source $SCRIPT
compadd() {
  if [[ " \${(j: :)@[1,(i)(-|--)]} " != *" -"[OAD]" "* ]]; then
    local -a found
    builtin compadd -A found "$@"
    print -rl -- $found >> $OFFERED
  fi
  builtin compadd "$@"
}
once() { zle complete-word; exit 0 }
zle -N once
bindkey '^I' once
`;

/** What zsh offers for the last word of a line, by its completion system. */
export function offeredByZsh(line: string, { binary, script, cwd, scratch }: ShellTrial): string[] {
  const root = join(binary, '../..');
  const [typist, atTerminal, offered] = ['typist', 'at-terminal', 'offered'].map((name) => join(scratch, name));
  rmSync(offered!, { force: true });
  writeFileSync(typist!, TYPIST);
  writeFileSync(atTerminal!, AT_TERMINAL);
  const env = { ...process.env, TERM: 'xterm', PATH: `${root}/bin:${process.env['PATH']}`, HOME: scratch };
  execFileSync(binary, ['-f', typist!], {
    cwd,
    timeout: LIMIT_MS,
    env: { ...env, ZSH_ROOT: root, LINE: line, AT_TERMINAL: atTerminal, SCRIPT: script, OFFERED: offered },
  });
  return existsSync(offered!) ? wordsOf(readFileSync(offered!, 'utf8')) : [];
}

function wordsOf(said: string): string[] {
  return said.split('\n').filter((word) => word !== '');
}
