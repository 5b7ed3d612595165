import { CONTEXT_KEY, serviceKey, templateKey, triggerKey } from '../argocd/names.ts';
import { formatService } from '../argocd/service-value.ts';
import type { Engine, EvaluatedCondition, Outcome, RenderScene } from '../engine/types.ts';
import { own, setOwn } from '../lib/own.ts';
import type { LoadedRoute } from './read-route.ts';

/** What an evaluation sees in Argo CD at the moment of the event. */
export interface PostedScene {
  readonly scene: RenderScene;
  /** The value of `context` in Argo CD's ConfigMap. */
  readonly contextValue: string;
}

/** Triggers of one route that the engine is asked about. */
export interface RouteQuestion {
  readonly route: LoadedRoute;
  /** Names of triggers. */
  readonly triggers: readonly string[];
}

/** The conditions of triggers as the engine judged them, by the trigger's name; undefined for a route that it refused. */
export type TriggerAnswers = ReadonlyMap<string, EvaluatedCondition> | undefined;

/**
 * How long the engine may work on one request. The operator has had each message rendered for a number of samples before, within a
 * longer time.
 */
const DEADLINE_MS = 1_000;
/** The engine compiles each trigger of a question: a question with more takes longer than others may wait. */
const MAX_TRIGGERS = 50;

/**
 * Asks which triggers are true, for many routes in few questions. If the engine refuses a question, it is asked about each route
 * alone, so a route that it refuses is the only one without an answer.
 * @throws EngineUnavailableError
 */
export async function askTriggers(
  engine: Engine,
  questions: readonly RouteQuestion[],
  scene: PostedScene,
): Promise<ReadonlyMap<LoadedRoute, TriggerAnswers>> {
  const answers = new Map<LoadedRoute, TriggerAnswers>();
  for (const together of inPortions(questions)) {
    const outcome = await evaluate(engine, together, scene);
    const isRefused = outcome === undefined && together.length > 1;
    for (const question of together) {
      const answer = isRefused ? await evaluate(engine, [question], scene) : outcome;
      answers.set(question.route, answer);
    }
  }
  return answers;
}

function inPortions(questions: readonly RouteQuestion[]): RouteQuestion[][] {
  const portions: RouteQuestion[][] = [];
  let count = MAX_TRIGGERS;
  for (const question of questions) {
    count += question.triggers.length;
    if (count > MAX_TRIGGERS) {
      portions.push([]);
      count = question.triggers.length;
    }
    portions.at(-1)?.push(question);
  }
  return portions;
}

async function evaluate(
  engine: Engine,
  questions: readonly RouteQuestion[],
  { scene, contextValue }: PostedScene,
): Promise<TriggerAnswers> {
  const configMap: Record<string, string> = { [CONTEXT_KEY]: contextValue };
  for (const { route, triggers } of questions) {
    for (const trigger of triggers) {
      const key = triggerKey(trigger);
      setOwn(configMap, key, own(route.spec.configMap, key) ?? '');
    }
  }
  const triggers = questions.flatMap((question) => question.triggers);
  const [only, ...others] = questions;
  const asker = others.length === 0 ? (only?.route.spec.subscription.namespace ?? '') : '';
  const outcome = await engine.evaluate(
    { configMap, secret: {}, triggers, ...scene },
    { deadlineMs: DEADLINE_MS, asker },
  );
  if (!outcome.ok) return undefined;
  return new Map(
    outcome.triggers.flatMap(({ name, conditions: [condition] }) =>
      condition === undefined ? [] : [[name, condition] as const],
    ),
  );
}

/** Where the engine would send a message; it sends nothing, and the sender has the robot's own address. */
const NOWHERE = 'https://relay.invalid/robot/send';

/**
 * Asks for the body of a message for one robot; undefined if there is none.
 * @throws EngineUnavailableError
 */
export async function askBody(
  engine: Engine,
  { spec: { configMap, subscription } }: LoadedRoute,
  templates: readonly string[],
  service: string,
  { scene, contextValue }: PostedScene,
): Promise<string | undefined> {
  const keys = templates.map(templateKey);
  const objects: Record<string, string> = {
    [CONTEXT_KEY]: contextValue,
    [serviceKey(service)]: formatService(NOWHERE, ''),
  };
  for (const key of keys) setOwn(objects, key, own(configMap, key) ?? '');
  const outcome: Outcome<'render'> = await engine.render(
    { configMap: objects, secret: {}, templates, service, ...scene },
    { deadlineMs: DEADLINE_MS, asker: subscription.namespace },
  );
  if (!outcome.ok || outcome.request.error !== undefined || !outcome.request.bodyIsJSON) return undefined;
  return outcome.request.body;
}
