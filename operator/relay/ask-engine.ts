import type { RelayRouteSpec } from '../api/relay-route.ts';
import { CONTEXT_KEY, serviceKey, templateKey, triggerKey } from '../argocd/names.ts';
import { formatService } from '../argocd/service-value.ts';
import { readTrigger } from '../argocd/trigger-value.ts';
import type { Engine, Outcome, RenderScene, ToldCondition } from '../engine/types.ts';
import { ObjectMemo } from '../lib/memo.ts';
import { own, setOwn } from '../lib/own.ts';
import type { LoadedRoute } from './read-route.ts';

/** What an evaluation sees in Argo CD at the moment of the event. */
export interface PostedScene {
  readonly scene: RenderScene;
  /** The value of `context` in Argo CD's ConfigMap. */
  readonly contextValue: string;
}

/** What the engine is asked about one route. */
export interface RouteQuestion {
  readonly route: LoadedRoute;
  /** Names of triggers. */
  readonly triggers: readonly string[];
  /** The triggers among these whose messages are wanted, and the services that the messages are for. Absent: none. */
  readonly messages?: { readonly triggers: readonly string[]; readonly services: readonly string[] };
}

/** The conditions of triggers as the engine judged them, by the trigger's name; undefined for a route that it refused. */
export type TriggerAnswers = ReadonlyMap<string, ToldCondition> | undefined;

/**
 * How long the engine may work on one request. The operator has had each message rendered for a number of samples before, within a
 * longer time.
 */
const DEADLINE_MS = 1_000;
/** So many triggers and messages are one question: one with more takes longer than others may wait. */
const MAX_OF_QUESTION = 50;

/**
 * Asks which triggers are true, and for the messages of these, for many routes in few questions. If there is no answer to a question, it
 * is asked about each route alone, so a route that the engine refuses is the only one without an answer.
 * @throws EngineUnavailableError
 */
export async function askTriggers(
  engine: Engine,
  questions: readonly RouteQuestion[],
  scene: PostedScene,
): Promise<ReadonlyMap<LoadedRoute, TriggerAnswers>> {
  const answers = new Map<LoadedRoute, TriggerAnswers>();
  for (const together of inPortions(questions)) {
    const found = await tell(engine, together, scene);
    for (const [index, question] of together.entries()) {
      const alone = found || together.length === 1 ? undefined : await tell(engine, [question], scene);
      answers.set(question.route, found ? found[index] : alone?.[0]);
    }
  }
  return answers;
}

function inPortions(questions: readonly RouteQuestion[]): RouteQuestion[][] {
  const portions: RouteQuestion[][] = [];
  let count = MAX_OF_QUESTION;
  for (const question of questions) {
    const { triggers, messages } = question;
    const more = triggers.length + (messages ? messages.triggers.length * messages.services.length : 0);
    count += more;
    if (count > MAX_OF_QUESTION) {
      portions.push([]);
      count = more;
    }
    portions.at(-1)?.push(question);
  }
  return portions;
}

/** @returns undefined if there is no answer to the question as a whole */
async function tell(
  engine: Engine,
  questions: readonly RouteQuestion[],
  { scene, contextValue }: PostedScene,
): Promise<readonly TriggerAnswers[] | undefined> {
  const routes = questions.map(({ route: { spec }, triggers, messages }) => ({
    triggers: valuesOf(spec, triggerKey, triggers),
    templates: valuesOf(
      spec,
      templateKey,
      (messages?.triggers ?? []).flatMap((trigger) => templatesOf(spec, trigger)),
    ),
    services: messages?.services ?? [],
  }));
  const [only, ...others] = questions;
  const asker = others.length === 0 ? (only?.route.spec.subscription.namespace ?? '') : '';
  const outcome = await engine.tell(
    { context: contextValue, routes, ...scene },
    { deadlineMs: DEADLINE_MS, asker },
  );
  if (!outcome.ok) return undefined;
  return outcome.routes.map((told) => {
    if (!told.ok) return undefined;
    return new Map(
      Object.entries(told.triggers).flatMap(([name, [condition]]) =>
        condition === undefined ? [] : [[name, condition] as const],
      ),
    );
  });
}
/** The values of keys of the route's ConfigMap, by the names in these keys. */
function valuesOf(
  { configMap }: RelayRouteSpec,
  keyOf: (name: string) => string,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of names) setOwn(values, name, own(configMap, keyOf(name)) ?? '');
  return values;
}

const templates = new ObjectMemo<RelayRouteSpec, Map<string, readonly string[]>>();

/** The templates that a trigger sends by. The same trigger is asked about with each post. */
export function templatesOf(spec: RelayRouteSpec, trigger: string): readonly string[] {
  const known = templates.get(spec, [], () => new Map());
  const names =
    known.get(trigger) ??
    (readTrigger(own(spec.configMap, triggerKey(trigger)) ?? '') ?? []).flatMap(({ send }) => send);
  known.set(trigger, names);
  return names;
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
