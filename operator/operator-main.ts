import { collectEarly } from './controller/memory-saver.ts';

collectEarly();
// Later than the line above: loading all this makes the heap grow.
const { runOperator } = await import('./commands/operator.ts');
process.exitCode = await runOperator(process.argv.slice(2), process);
