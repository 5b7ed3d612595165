import { runProgram, wholeNumber } from '../support/program.ts';
import { randomSeed } from './random.ts';
import { runFuzz } from './run.ts';

const HELP = `Usage: make fuzz [DURATION=60] [SEED=N]

Makes up custom resources, has the operator's core judge them with Argo CD's engine, and gives whatever it accepts to
Argo CD's own notifications controller, which has to load it and go on sending; and each message in Handlebars that leaves
has to be one that DingTalk takes. Ends with exit code 1, the resource, the seed and the words of who is not content; with 0
if nothing was found in that time.

  --duration S   how long, in seconds (60)
  --seed N       where to begin (a random number, which is printed)
  --help         show this
`;

const FLAGS = {
  duration: { type: 'string', default: '60' },
  seed: { type: 'string', default: randomSeed() },
} as const;

await runProgram(HELP, FLAGS, ({ flags, signal }) =>
  runFuzz({
    durationSeconds: wholeNumber(flags, 'duration', 0),
    seed: wholeNumber(flags, 'seed', 0),
    signal,
    print: (line) => process.stdout.write(`${line}\n`),
  }),
);
