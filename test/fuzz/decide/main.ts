import { runProgram, wholeNumber } from '../../support/program.ts';
import { randomSeed } from '../random.ts';
import { fuzzRemembered } from './remembered-run.ts';
import { fuzzDecisions } from './run.ts';

const HELP = `Usage: make fuzz-decide [DURATION=60] [SEED=N] [CASE=N] [ARGS=--all]

Makes up whole clusters and has the operator's core decide on them: custom resources with every field that the CRDs in crds/ have,
odd, damaged and too long, hundreds in a namespace; Secrets, Namespaces, AppProjects, configurations; edits, deletions, restarts,
clocks that move on, and an engine that answers late or never. A team that means well is in each of them. It must get what it
would get alone, lose nothing, and have its signature renewed; and no decision may fail, take long, tell a secret or change its mind.

Ends with exit code 1, the seed and the resources, made as few and small as is cheap, at the first finding; with 0 if nothing
was found in that time.

  --duration S   how long, in seconds (60)
  --seed N       where to begin (a random number, which is printed)
  --case N       only this case of the seed
  --remembered   small changes in one cluster instead: a decision with all that the core remembers must be the one without
  --all          go on after a finding, and list each kind once
  --help         show this
`;

const FLAGS = {
  duration: { type: 'string', default: '60' },
  seed: { type: 'string', default: randomSeed() },
  case: { type: 'string' },
  remembered: { type: 'boolean' },
  all: { type: 'boolean' },
} as const;

await runProgram(HELP, FLAGS, async ({ flags, signal }) => {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const seed = wholeNumber(flags, 'seed', 0);
  print(`seed ${seed}`);
  const durationSeconds = wholeNumber(flags, 'duration', 0);
  const only = flags.case === undefined ? undefined : wholeNumber({ case: flags.case }, 'case', 0);
  const options = { durationSeconds, seed, only, signal, print };
  if (flags.remembered) return (await fuzzRemembered(options)).isStale ? 1 : signal.aborted ? 130 : 0;
  const { findings } = await fuzzDecisions({ ...options, all: flags.all });
  for (const [signature, count] of findings) print(`${count} × ${signature}`);
  const outcome = signal.aborted
    ? 'interrupted'
    : findings.size > 0
      ? 'see above for what was found'
      : 'nothing was found';
  print(`seed ${seed}: ${outcome}`);
  if (findings.size > 0) return 1;
  return signal.aborted ? 130 : 0;
});
