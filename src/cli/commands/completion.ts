import { Argument, Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { SHELLS } from '../completion/shells.ts';
import type { Shell } from '../completion/shells.ts';

/** @param program whose commands are completed. */
export function completionCommand(program: Command, context: CommandContext): Command {
  return new Command('completion')
    .summary('write what a shell needs to complete commands and options')
    .description('Writes a script that teaches a shell to complete the commands, their options and files.')
    .addArgument(new Argument('<shell>', 'the shell that you use').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(halfspace completion bash)
  $ halfspace completion zsh > ~/.zfunc/_halfspace
  $ halfspace completion fish > ~/.config/fish/completions/halfspace.fish`,
    )
    .action(async (shell: Shell) => {
      const [{ completionScript }, { commandWords }] = await Promise.all([
        import('../completion/shell-scripts.ts'),
        import('../completion/command-words.ts'),
      ]);
      context.output.write(completionScript(shell, commandWords(program)));
    });
}
