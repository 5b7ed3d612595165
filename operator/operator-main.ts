import { runOperator } from './commands/operator-program.ts';

process.exitCode = await runOperator(process.argv.slice(2), process);
