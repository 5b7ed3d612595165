import { existsSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseDuration } from '../../operator/config/config.ts';
import { AuditLog } from '../support/audit.ts';
import { FlagError, oneOf, wholeNumber } from '../support/program.ts';
import { runBenchmark } from './benchmark.ts';
import { type Extent, MODES, measureOwn, measurePeer } from './scale/measure.ts';
import { OwnSubject } from './scale/own-subject.ts';
import { type PeerFiles, PeerSubject } from './scale/peer-subject.ts';
import { markdown, misses } from './scale/report.ts';
import { rowsOf } from './scale/rows.ts';
import { ORDINARY_SETS, startScaleStage } from './scale/stage.ts';

const HELP = `Usage: make bench [ARGS='…']

Measures the operator with many sets of resources, on an API server and etcd of its own, without Argo CD's controller. A set is a
namespace with a Secret of credentials, a signed robot, a template with a text of 200 bytes, and a subscription to one event. The
operator runs from the bundle; BUNDLE=0 runs the sources. Progress goes to standard error; Ctrl-C cleans up. Ten minutes at
200 sets.

The sets are created while the operator runs (the burst). Then come the modes: nothing changes (quiet), single edits (edits), starts
of the operator beside an empty target, beside one that lacks a change, and with nothing to do (start), and a renewal of all
signatures (renewal). Requests are those that the API server's audit log has of the operator's user. Memory is what Linux counts
as resident (RSS), of the process and of all its children.

More than ${ORDINARY_SETS} sets do not fit into the 1 MiB that Kubernetes allows for a ConfigMap. For them, the benchmark builds an API server
that takes larger ones (a minute or two, once), and raises limits.configMapBytes, limits.secretBytes and the engine's cap.

  --sets N                    sets (200)
  --mode LIST                 some of ${MODES.join(',')}, with commas (all)
  --edits N                   single edits, one each three seconds (40)
  --idle-edits N              further edits, each after the engine was let go (3)
  --quiet-seconds N           how long nothing changes (60)
  --write-interval D          limits.writeInterval of the operator's configuration (1s)
  --prometheus-operator PATH  a program of prometheus-operator, which gets the same load afterwards; docs/benchmarks.md says how
                              to build it
  --crds FOLDER               the manifests of its CRDs (the folder crds beside the program)
  --json FILE                 writes all figures to a file, too
  --strict                    exits with 1 if a figure misses its target
  --help                      show this
`;

const FLAGS = {
  sets: { type: 'string', default: '200' },
  mode: { type: 'string', default: MODES.join(',') },
  edits: { type: 'string', default: '40' },
  'idle-edits': { type: 'string', default: '3' },
  'quiet-seconds': { type: 'string', default: '60' },
  'write-interval': { type: 'string', default: '1s' },
  'prometheus-operator': { type: 'string' },
  crds: { type: 'string' },
  json: { type: 'string' },
  strict: { type: 'boolean', default: false },
} as const;

/** @throws FlagError for anything but a duration */
function duration(name: string, text: string): string {
  if (parseDuration(text) === undefined) throw new FlagError(name, 'a duration such as 2s', text);
  return text;
}

/** @throws FlagError if one of them is not there */
function peerFiles(path: string, crds = join(dirname(path), 'crds')): PeerFiles {
  const program = resolve(path);
  if (!existsSync(program)) throw new FlagError('prometheus-operator', 'the path of a program', path);
  if (!existsSync(crds)) throw new FlagError('crds', 'the folder with the CRDs of prometheus-operator', crds);
  return { program, crds };
}

await runBenchmark(HELP, FLAGS, async ({ flags, say, signal, untilInterrupted }) => {
  const sets = wholeNumber(flags, 'sets');
  const writeInterval = duration('write-interval', flags['write-interval']);
  const extent: Extent = {
    modes: new Set(flags.mode.split(',').map((text) => oneOf('mode', MODES, text))),
    edits: wholeNumber(flags, 'edits'),
    idleEdits: wholeNumber(flags, 'idle-edits', 0),
    quietSeconds: wholeNumber(flags, 'quiet-seconds'),
  };
  const path = flags['prometheus-operator'];
  const files = path === undefined ? undefined : peerFiles(path, flags.crds);
  say('an API server and a fake DingTalk');
  await using stage = await startScaleStage(sets, { report: say, signal });
  const audit = new AuditLog(stage.cp.dir);
  say(`${sets} namespaces`);
  await untilInterrupted(stage.createNamespaces());
  const before = loadavg()[0] as number;
  const own = await untilInterrupted(measureOwn(new OwnSubject(stage, writeInterval), audit, extent, say));
  const subject = files && new PeerSubject(stage.cp, stage.connection, stage.teams, files);
  if (subject) say('prometheus-operator');
  const peer = subject && (await untilInterrupted(measurePeer(subject, audit, extent, say)));
  const facts = { sets, writeInterval, load: { before, after: loadavg()[0] as number } };
  say('stopping everything');
  const rows = rowsOf(own, peer, sets);
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ ...facts, rows, own, peer }, null, 2)}\n`);
  const missed = misses(rows);
  if (!flags.strict) for (const each of missed) process.stderr.write(`missed: ${each}\n`);
  return { text: markdown(rows, facts), beyond: flags.strict ? missed : [] };
});
