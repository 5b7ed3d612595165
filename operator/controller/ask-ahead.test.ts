import { describe, expect, it } from 'vitest';
import { Gate } from '../cluster/gate.ts';
import { decide, questionsAbout } from '../core/decide.ts';
import type { GateAnswer, GateRequest } from '../core/model/engine-api.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import {
  ACCEPTING,
  credentials,
  robot,
  SILENT,
  settled,
  snapshot,
  subscription,
} from '../core/testing/fixtures.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { askAhead, changedNamespaces } from './ask-ahead.ts';
import { decideWithin, patienceOf } from './decide-within.ts';

const ACCEPTED = ACCEPTING.get('') as GateAnswer;
const TEAMS = Array.from({ length: 20 }, (_, index) => `team-${index}`);
const [[, secret] = []] = [...credentials()];

const live = settled(
  snapshot({
    robots: TEAMS.map((namespace) => robot({ namespace })),
    subscriptions: TEAMS.map((namespace) => subscription({ namespace })),
    credentials: new Map(TEAMS.map((namespace) => [`${namespace}/payments-dingtalk`, secret as never])),
  }),
);

/** The teams' subscriptions about other applications. */
const edited = (...namespaces: string[]): Snapshot => ({
  ...live,
  answers: SILENT,
  subscriptions: live.subscriptions.map((each) =>
    namespaces.includes(each.metadata.namespace)
      ? subscription(
          { namespace: each.metadata.namespace, generation: 2 },
          { applications: { projects: ['payments'], names: ['checkout'] } },
        )
      : each,
  ),
});

/** One run's decisions about an edit, with a gate that answers. */
async function run(now: Snapshot, { before = live, ask = async (_: GateRequest) => ACCEPTED } = {}) {
  const answers = new Map<string, GateAnswer>();
  const asked: GateRequest[] = [];
  const noting = (request: GateRequest) => {
    asked.push(request);
    return ask(request);
  };
  let decisions = 0;
  const parts = {
    gate: new Gate(noting, answers, recordingLog()),
    runAgain: () => undefined,
    clock: () => performance.now(),
    onDecided: () => decisions++,
  };
  const look = () => ({ ...now, answers });
  const patience = { ...patienceOf(false, 0), leftMs: 30 };
  await askAhead(changedNamespaces(before, now), look, patience, parts);
  const askedAhead = asked.length;
  const { decision, round } = await decideWithin(look, patience, parts);
  return { decision, round, decisions, asked, askedAhead, patience };
}

describe('questions about an edit', () => {
  it('are those of the whole decision', () => {
    const now = edited('team-7');
    const questions = decide(now).questions;
    expect(questions.size).toBe(1);
    expect(questionsAbout(new Set(['team-7']), now)).toEqual(questions);
  });

  it('are answered before, so one decision about everything is enough', async () => {
    const { decision, decisions, asked, askedAhead } = await run(edited('team-7'));
    expect({ decisions, askedAhead, asked: asked.length }).toEqual({
      decisions: 1,
      askedAhead: 1,
      asked: 1,
    });
    const written = decision.writes.steps.flatMap((step) =>
      step.kind === 'apply' ? Object.entries(step.data) : [],
    );
    const changed = written.filter(([key, value]) => live.target.configMap?.data[key] !== value);
    expect(changed.map(([key]) => key).sort()).toEqual([
      'template.dt_team-7_payments_on-sync-failed',
      'trigger.dt_team-7_payments_on-sync-failed',
    ]);
  });

  it('wait for the decision if many namespaces have changed', async () => {
    const { askedAhead, round, decisions } = await run(edited(...TEAMS.slice(0, 5)));
    expect({ askedAhead, round, decisions }).toEqual({ askedAhead: 0, round: 'answered', decisions: 2 });
  });

  it('take no longer than the patience of the run', async () => {
    const { round, patience, asked } = await run(edited('team-7'), {
      ask: () => new Promise(() => undefined),
    });
    expect(round).toBe('pending');
    expect(patience.leftMs).toBeLessThanOrEqual(0);
    expect(asked).toHaveLength(1);
  });
});

describe('the namespaces with changes', () => {
  it('are those with new and with changed resources', () => {
    expect(changedNamespaces(live, live)).toEqual(new Set());
    expect(changedNamespaces(live, edited('team-1', 'team-3'))).toEqual(new Set(['team-1', 'team-3']));
    const robots = [...live.robots, robot({ namespace: 'team-new' })];
    expect(changedNamespaces(live, { ...live, robots })).toEqual(new Set(['team-new']));
  });
});
