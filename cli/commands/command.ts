import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

/** One file of commands/ exports one of these: it adds its command to the program. */
export type AddCommand = (program: Command, cli: CliContext) => void;
