import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';

const HELP = `Usage: make demo [RELAY=1 | GITEE=1] [ONCE=1]

Runs the whole line on this machine: an API server, Argo CD's own notifications controller, a strict fake DingTalk and
the operator. Applies samples/quickstart, moves a few Applications through their states, and prints each message that
arrives. Then it stays for you to play; Ctrl-C cleans up. With ONCE=1 it ends by itself, with exit code 0 only if every
expected message arrived and was accepted. With RELAY=1, Argo CD posts to the relay, the relay sends the messages, and in
the end DingTalk refuses one, which the status of the robot shows. With GITEE=1, the demo is about samples/gitee: a strict fake
Gitee, whose hook the operator makes and repairs, and signed events that become messages by the relay.

  --once    end by itself
  --relay   have the messages sent by the relay
  --gitee   tell about events of Gitee instead of Argo CD
  --help    show this
`;

const flag = { type: 'boolean' } as const;
const { values } = parseArgs({ options: { once: flag, relay: flag, gitee: flag, help: flag } });
if (values.help) process.stdout.write(HELP);
else
  process.exitCode = await runDemo({
    once: values.once === true,
    relay: values.relay === true,
    gitee: values.gitee === true,
    print: (line) => process.stdout.write(`${line}\n`),
  });
