import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { EVENTS, NAMES } from '../benchmarks/teams/landscape.ts';
import { readWrites, type Writes, writesBetween } from '../benchmarks/teams/requests.ts';
import { type Running, TeamsStage } from '../benchmarks/teams/stage.ts';
import type { KubernetesResource } from '../support/stage.ts';

const TEAMS = 100;
const EDITS = 10;

let stage: TeamsStage;
let running: Running;
let before: Writes;
beforeAll(async () => {
  stage = await TeamsStage.start(TEAMS);
  await stage.createTeams();
  before = await readWrites(stage.cp);
  // The teams go live in portions. Which of them are the late ones that a costly route is told of is known at the end.
  running = await stage.startOperator('500ms', { limits: { unscopedTriggers: 4 * TEAMS } });
});
afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

const isReady = ({ metadata, status }: KubernetesResource) =>
  status?.observedGeneration === metadata.generation &&
  status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

/** Waits until nothing is left to be told; what a run has told by then is all that it has to tell. */
async function allTold(): Promise<void> {
  await eventually('everybody to be Ready', async () => (await stage.resources()).every(isReady), {
    timeoutMs: 180_000,
    intervalMs: 500,
  });
}

/** So that a late status would have been written. */
async function stopOperator(): Promise<void> {
  await running.operator.stop();
}

describe(`${TEAMS} teams`, () => {
  it('are told once each at the first start', { timeout: 300_000 }, async () => {
    await allTold();
    const { statusPatches } = writesBetween(before, await readWrites(stage.cp));
    expect(statusPatches).toBe(3 * TEAMS);
  });

  it('cost one status for an edit of a subscription, and no more than four requests in all', {
    timeout: 300_000,
  }, async () => {
    const start = await readWrites(stage.cp);
    for (let edit = 0; edit < EDITS; edit++) {
      const team = stage.teams[edit * 7] as string;
      await stage.editEvents(team, EVENTS.slice(0, 1 + (edit % 3)));
      await eventually(
        'the edit to be told',
        async () => isReady(await stage.cp.get<KubernetesResource>('nsub', team, NAMES.subscription)),
        { timeoutMs: 60_000 },
      );
    }
    // It ends with what it has to tell.
    await stopOperator();
    const writes = writesBetween(start, await readWrites(stage.cp));
    expect(writes.statusPatches).toBe(EDITS);
    // The others that were counted are the edits themselves.
    expect(writes.all - EDITS).toBeLessThanOrEqual(4 * EDITS);
    expect(writes.all - EDITS).toBeGreaterThanOrEqual(2 * EDITS);
  });
});
