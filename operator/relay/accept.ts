import { objectKey } from '../api/names.ts';
import { asksForCommit, type Commit, withCommit } from '../argocd/commit-field.ts';
import type { DirectMarks } from '../argocd/direct-marks.ts';
import { templateKey } from '../argocd/names.ts';
import { withNotes } from '../argocd/notes.ts';
import { type Engine, EngineUnavailableError } from '../engine/types.ts';
import type { Log } from '../lib/log.ts';
import { own } from '../lib/own.ts';
import { askTriggers, type RouteQuestion, type TriggerAnswers, templatesOf } from './ask-engine.ts';
import { leadersOf } from './companions.ts';
import { sha256 } from './dedupe-key.ts';
import { type HappenedEvent, makeMessages, type PostContext } from './make-messages.ts';
import type { NewMessage, RelayStore } from './model.ts';
import { type PostedEvent, readPostedEvent } from './posted-event.ts';
import type { LoadedRoute } from './read-route.ts';
import type { RouteCandidate, RouteIndex } from './route-index.ts';
import { forgotten, notesBeforeRelay } from './told.ts';

/**
 * What became of a post: `stored` (also if everything was known already), `nobody` is told, `unreadable`, or `unavailable`: the store
 * or the engine cannot be used now, or the routes are not known yet.
 */
export type PostResult = 'stored' | 'nobody' | 'unreadable' | 'unavailable';

/** The statuses of what became of a post. */
export const POST_STATUSES: Readonly<Record<PostResult, number>> = {
  stored: 202,
  nobody: 200,
  unreadable: 422,
  unavailable: 503,
};

/** The step at which one route failed. */
export type FailedStep = 'evaluate' | 'render';

export interface AcceptOptions {
  readonly engine: Engine;
  readonly store: Pick<RelayStore, 'accept' | 'notesOf'>;
  /** Undefined until all routes are known. */
  readonly routes: () => RouteIndex | undefined;
  /** The URL of Argo CD's user interface by the configuration. */
  readonly argocdUrl: string | undefined;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Messages are stored; `count` says how many of them are new. */
  readonly onStored: (messages: readonly NewMessage[], count: number) => void;
  readonly onFailed: (step: FailedStep) => void;
  /** Looks up the commit that an event is about, within a short time. Never rejects. Absent: nobody can be asked. */
  readonly commitOf?: ((posted: PostedEvent) => Promise<Commit | undefined>) | undefined;
}

/** The messages of all routes, and the notes that do not count any more. */
interface Gathered {
  readonly messages: NewMessage[];
  readonly forget: string[];
  isTold: boolean;
}

/**
 * Takes the body of a post: finds the routes, has the engine judge and render, and stores the messages. Never rejects.
 * @param toldDirectly what Argo CD tells by itself, as it said with the post
 */
export async function acceptPost(
  body: Buffer,
  options: AcceptOptions,
  toldDirectly: DirectMarks = new Map(),
): Promise<PostResult> {
  const posted = readPostedEvent(body.toString('utf8'));
  if (!posted) return 'unreadable';
  const index = options.routes();
  if (!index) return 'unavailable';
  const candidates = index.candidates(posted.event, posted.described);
  if (candidates.length === 0) return 'nobody';
  try {
    return await accept(posted, sha256(body), candidates, options, toldDirectly);
  } catch (err) {
    const message =
      err instanceof EngineUnavailableError
        ? 'the engine cannot be asked, so Argo CD has to post an event again'
        : 'the store cannot be used, so Argo CD has to post an event again';
    options.log.warn({ err }, message);
    return 'unavailable';
  }
}

async function accept(
  posted: PostedEvent,
  postHash: string,
  candidates: readonly RouteCandidate[],
  options: AcceptOptions,
  toldDirectly: DirectMarks,
): Promise<PostResult> {
  const { engine, store, argocdUrl, now } = options;
  const notes = await store.notesOf(posted.uid);
  const time = now();
  const { appProject, contextValue } = posted;
  const specs = candidates.map(({ route }) => route.spec);
  const all = { ...notesBeforeRelay(posted.app, specs, notes, time), ...notes };
  const app = withCommit(withNotes(posted.app, all), undefined);
  const seen = { app, now: new Date(time).toISOString(), ...(appProject && { appProject }) };
  const scene = { scene: seen, contextValue };
  const context: PostContext = { posted, postHash, notes: all, scene, argocdUrl, toldDirectly };
  const answers = await askTriggers(
    engine,
    candidates.map((each) => questionOf(each, options.commitOf !== undefined)),
    scene,
  );
  const tell = async (some: readonly RouteCandidate[], about: PostContext): Promise<boolean> => {
    const { messages, forget, isTold } = await gatherAll(some, answers, about, options);
    const known = forget.filter((key) => own(notes, key) !== undefined);
    if (messages.length + known.length > 0)
      options.onStored(messages, await store.accept(messages, time, known, posted.uid));
    return isTold;
  };
  // Only the messages that show a commit wait for it.
  const isWaiting = (candidate: RouteCandidate) => mayShowCommit(candidate, answers.get(candidate.route));
  const waiting = options.commitOf ? candidates.filter(isWaiting) : [];
  if (waiting.length === 0) return resultOf(await tell(candidates, context));
  const commit = options.commitOf?.(posted);
  const isTold = await tell(
    candidates.filter((candidate) => !waiting.includes(candidate)),
    context,
  );
  const withIt = { scene: { ...seen, app: withCommit(app, await commit) }, contextValue };
  return resultOf((await tell(waiting, { ...context, scene: withIt })) || isTold);
}

const resultOf = (isTold: boolean): PostResult => (isTold ? 'stored' : 'nobody');

/** Whether an event has happened whose message may show the commit. */
const mayShowCommit = ({ route, events }: RouteCandidate, answers: TriggerAnswers): boolean =>
  events.some(({ trigger }) => {
    const condition = answers?.get(trigger);
    return condition?.triggered === true && templatesShowCommit(route, condition.templates);
  });

const templatesShowCommit = ({ spec }: LoadedRoute, templates: readonly string[]): boolean =>
  templates.some((name) => asksForCommit(own(spec.configMap, templateKey(name)) ?? ''));

async function gatherAll(
  candidates: readonly RouteCandidate[],
  answers: ReadonlyMap<LoadedRoute, TriggerAnswers>,
  context: PostContext,
  options: AcceptOptions,
): Promise<Gathered> {
  const gathered: Gathered = { messages: [], forget: [], isTold: false };
  for (const candidate of candidates) {
    const { route } = candidate;
    try {
      await gather(candidate, answers.get(route), context, gathered, options);
    } catch (error) {
      if (error instanceof EngineUnavailableError) throw error;
      failed('render', route, options, error);
    }
  }
  return gathered;
}

/** Whether an event has happened can depend on those that it follows, and their notes on whether they still last. */
function questionOf({ route, events }: RouteCandidate, hasCommits: boolean): RouteQuestion {
  const names = events.map(({ trigger }) => trigger);
  const leaders = events.flatMap((event) => leadersOf(event, route.spec).map(({ trigger }) => trigger));
  const triggers = [...new Set([...names, ...leaders])];
  const shows = (trigger: string) => templatesShowCommit(route, templatesOf(route.spec, trigger));
  // A message that shows the commit is made once the commit is known.
  if (hasCommits && names.some(shows)) return { route, triggers };
  const services = route.spec.robots.map(({ service }) => service);
  return { route, triggers, messages: { triggers: names, services } };
}

async function gather(
  { route, events }: RouteCandidate,
  answers: TriggerAnswers,
  context: PostContext,
  gathered: Gathered,
  options: AcceptOptions,
): Promise<void> {
  if (!answers) {
    failed('evaluate', route, options);
    return;
  }
  for (const event of events) {
    const condition = answers.get(event.trigger);
    const isHappening = condition?.triggered === true;
    const happened: HappenedEvent | undefined = isHappening ? { route, event, condition } : undefined;
    const made = happened && (await makeMessages(options.engine, happened, context));
    if (made && made.failures > 0) failed('render', route, options);
    const isTold = made !== undefined && (made.isTold || made.messages.length > 0);
    gathered.messages.push(...(made?.messages ?? []));
    gathered.forget.push(...forgotten(event, route.spec, context.notes, { answers, isTold }));
    gathered.isTold ||= isTold;
  }
}

/** The log has the subscription, and nothing of the message. */
function failed(
  step: FailedStep,
  { spec }: LoadedRoute,
  { log, onFailed }: AcceptOptions,
  err?: unknown,
): void {
  onFailed(step);
  const { namespace, name } = spec.subscription;
  log.error({ step, subscription: objectKey(namespace, name), err }, FAILED[step]);
}

const FAILED: Readonly<Record<FailedStep, string>> = {
  evaluate: 'the engine refuses the triggers of a subscription, so an event of it is lost',
  render: 'the engine cannot make a message of a subscription, so this message is lost',
};
