/**
 * The program `argocd-dingtalk`: all commands, of which commands/program.ts loads the one that is called.
 * operator-main.ts is the program that runs the operator and nothing else.
 */

import { runProgram } from './commands/program.ts';

process.exitCode = await runProgram(process.argv.slice(2), process);
