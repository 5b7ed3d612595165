import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';

const HELP = `Usage: make demo [ONCE=1]

Runs the whole line on this machine: an API server, Argo CD's own notifications controller, a strict fake DingTalk and
the operator. Applies samples/quickstart, moves a few Applications through their states, and prints each message that
arrives. Then it stays for you to play; Ctrl-C cleans up. With ONCE=1 it ends by itself, with exit code 0 only if every
expected message arrived and was accepted.

  --once   end by itself
  --help   show this
`;

const { values } = parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean' } } });
if (values.help) process.stdout.write(HELP);
else
  process.exitCode = await runDemo({
    once: values.once === true,
    print: (line) => process.stdout.write(`${line}\n`),
  });
