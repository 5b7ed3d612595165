import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SUBSCRIPTIONS_KEY } from '../argocd/names.ts';
import { askUntilAnswered } from '../cluster/ask-until-answered.ts';
import { Gate } from '../cluster/gate.ts';
import { decide } from '../core/decide.ts';
import type { GateAnswer, GateRequest } from '../core/model/engine-api.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { ACCEPTING, credentials, robot, snapshot, subscription } from '../core/testing/fixtures.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { decideOnce, decideWithin, type Patience, patienceOf } from './decide-within.ts';

const ACCEPTED = ACCEPTING.get('') as GateAnswer;
const isAboutTheList = (request: GateRequest): boolean =>
  request.call === 'check' && Object.hasOwn(request.configMap, SUBSCRIPTIONS_KEY);

const teams = (...namespaces: string[]): Snapshot => {
  const [[, secret] = []] = [...credentials()];
  return snapshot({
    robots: namespaces.map((namespace) => robot({ namespace })),
    subscriptions: namespaces.map((namespace) => subscription({ namespace })),
    credentials: new Map(namespaces.map((namespace) => [`${namespace}/payments-dingtalk`, secret as never])),
  });
};

/** Decides once, with the answers that are known already. */
async function decideOn(
  before: Snapshot,
  answers: Map<string, GateAnswer>,
  ask: (request: GateRequest, asker?: string) => Promise<GateAnswer>,
  patience: Patience = { leftMs: 10 },
) {
  const gate = new Gate(ask, answers, recordingLog());
  const look = (): Snapshot => ({ ...before, answers });
  const parts = {
    gate,
    runAgain: () => undefined,
    clock: () => performance.now(),
    onDecided: () => undefined,
  };
  const { decision, round } = await decideWithin(look, patience, parts);
  const { steps } = decision.writes;
  const list = steps.flatMap((step) => (step.kind === 'subscriptions' ? [step.text] : [])).join('');
  return { round, kinds: steps.map((step) => step.kind), list };
}

/** Of two teams, one is judged. The engine takes longer about the other one than a run waits. */
async function decideWith(answerOnTheList: () => Promise<GateAnswer>) {
  const answers = new Map<string, GateAnswer>();
  const gate = new Gate(async () => ACCEPTED, answers, recordingLog());
  await askUntilAnswered(
    () => {
      const decision = decide({ ...teams('quick'), answers });
      const isJudged = (key: string) => !isAboutTheList(decision.questions.get(key)?.request as GateRequest);
      const open = new Map([...decision.questions].filter(([key]) => isJudged(key)));
      return { result: undefined, open };
    },
    (open) => gate.answer(open),
  );
  const lists: GateRequest[] = [];
  const outcome = await decideOn(teams('quick', 'slow'), answers, (request) => {
    if (!isAboutTheList(request)) return delay(60, ACCEPTED);
    lists.push(request);
    return answerOnTheList();
  });
  return { ...outcome, lists };
}

describe('a run that has waited long enough for others', () => {
  it('still waits for the answer about the shared list, so new keys are written together with their recipients', async () => {
    const { round, kinds, list, lists } = await decideWith(() => delay(30, ACCEPTED));
    expect(round).toBe('pending');
    expect(kinds).toContain('subscriptions');
    expect(list).toContain('dt_quick_');
    expect(list).not.toContain('dt_slow_');
    expect(lists).toHaveLength(1);
  });

  it('does not wait for it for ever: the keys are written, and the list is not', async () => {
    const { round, kinds } = await decideWith(() => new Promise(() => undefined));
    expect(round).toBe('pending');
    expect(kinds).toContain('apply');
    expect(kinds).not.toContain('subscriptions');
  });
});

/** The engine has answered one namespace, and takes longer about the others than a namespace waits for another one. */
const decideBeside = (count: number) => {
  const others = Array.from({ length: count }, (_, index) => `slow-${index}`);
  const isQuick = (request: GateRequest) => JSON.stringify(request).includes('dt_quick_');
  return decideOn(
    teams('quick', ...others),
    new Map(),
    async (request) => (isQuick(request) ? ACCEPTED : delay(70, ACCEPTED)),
    patienceOf(false, 0),
  );
};

describe('a run that may write', () => {
  it('waits for a crowd of namespaces, which would all miss the write', async () => {
    const { round, list } = await decideBeside(8);
    expect(round).toBe('answered');
    for (let index = 0; index < 8; index++) expect(list).toContain(`dt_slow-${index}_`);
  });

  it('does not wait for a few', async () => {
    const { round, list } = await decideBeside(3);
    expect(round).toBe('pending');
    expect(list).not.toContain('dt_slow-0_');
  });
});

it('a run that another one follows asks the engine, and does not wait for it', async () => {
  const asked: GateRequest[] = [];
  const never = (request: GateRequest) => {
    asked.push(request);
    return new Promise<GateAnswer>(() => undefined);
  };
  const answers = new Map<string, GateAnswer>();
  const parts = {
    gate: new Gate(never, answers, recordingLog()),
    runAgain: () => undefined,
    clock: () => performance.now(),
    onDecided: () => undefined,
  };
  const { round, decision } = await decideOnce(() => ({ ...teams('slow'), answers }), parts);
  expect(round).toBe('pending');
  expect(asked).toEqual([...decision.questions.values()].map(({ request }) => request));
  expect(asked).not.toEqual([]);
});
