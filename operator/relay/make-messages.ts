import { objectKey } from '../api/names.ts';
import type { ApplicationRouteSpec } from '../api/relay-route.ts';
import { type DirectMarks, directMark } from '../argocd/direct-marks.ts';
import { countingFrom } from '../argocd/moment.ts';
import { triggerKey } from '../argocd/names.ts';
import type { Engine, ToldCondition } from '../engine/types.ts';
import { own } from '../lib/own.ts';
import { rfc3339 } from '../lib/rfc3339.ts';
import { askBody, askTriggers, type PostedScene } from './ask-engine.ts';
import { dedupeKey, eventTimeOf } from './dedupe-key.ts';
import type { NewMessage } from './model.ts';
import type { PostedEvent } from './posted-event.ts';
import type { ApplicationRoute } from './read-route.ts';
import { mentionsIn, pageOf } from './rendered-body.ts';
import { type Notes, noteKeyOf, wasTold } from './told.ts';

/** An event of a route that has happened. */
export interface HappenedEvent {
  readonly route: ApplicationRoute;
  readonly event: ApplicationRouteSpec['events'][number];
  readonly condition: ToldCondition;
}

/** What the messages about one post have in common. */
export interface PostContext {
  readonly posted: PostedEvent;
  /** Identifies the post. */
  readonly postHash: string;
  readonly notes: Notes;
  readonly scene: PostedScene;
  /** The URL of Argo CD's user interface by the configuration. */
  readonly argocdUrl: string | undefined;
  /** What Argo CD tells by itself, as it said with the post. */
  readonly toldDirectly: DirectMarks;
}

/** The messages about an event to the robots of its route. */
export interface MadeMessages {
  readonly messages: readonly NewMessage[];
  /** How many bodies the engine could not make. */
  readonly failures: number;
  /** Whether nobody has to be told, since everybody was. */
  readonly isTold: boolean;
}

/**
 * Makes the messages about an event.
 * @throws EngineUnavailableError
 */
export async function makeMessages(
  engine: Engine,
  { route, event, condition }: HappenedEvent,
  context: PostContext,
): Promise<MadeMessages> {
  const { posted, postHash, notes, scene, argocdUrl, toldDirectly } = context;
  const { app, uid, namespace, name } = posted;
  const { spec } = route;
  const subscription = objectKey(spec.subscription.namespace, spec.subscription.name);
  const time = eventTimeOf(event.catalogueName, app);
  const isAfter = (moment: number) => happenedAfter(engine, { route, event, condition }, scene, moment);
  const ours: ApplicationRouteSpec['robots'][number][] = [];
  const untold: typeof ours = [];
  for (const robot of spec.robots) {
    const { service } = robot;
    // A mark is a hash.
    const moment = toldDirectly.size === 0 ? undefined : toldDirectly.get(directMark(subscription, service));
    // Argo CD tells of all events, or of those after a moment.
    if (moment === 0 || (moment !== undefined && (await isAfter(moment)))) continue;
    ours.push(robot);
    const isTold = await wasTold({ event, condition, service }, spec, { notes, app, time, isAfter });
    if (!isTold) untold.push(robot);
  }
  const messages: NewMessage[] = [];
  for (const robot of untold) {
    const { service } = robot;
    const body =
      own(condition.bodies ?? {}, service) ??
      (await askBody(engine, route, condition.templates, service, scene));
    if (body === undefined) continue;
    const url = pageOf({ namespace, name }, argocdUrl, body);
    messages.push({
      dedupeKey: dedupeKey(uid, event.trigger, service, { oncePer: condition.oncePer, time, postHash }),
      robot: objectKey(robot.namespace, robot.name),
      subscription,
      application: { uid, namespace, name, ...(url !== undefined && { url }) },
      event: {
        name: event.name,
        ...(event.catalogueName !== undefined && { catalogueName: event.catalogueName }),
      },
      at: mentionsIn(body),
      body,
      noteKey: noteKeyOf(event.trigger, condition, service),
    });
  }
  return {
    messages,
    failures: untold.length - messages.length,
    isTold: ours.length > 0 && untold.length === 0,
  };
}

/** Whether an event happened after a moment: its trigger's condition says so, counting from there. */
async function happenedAfter(
  engine: Engine,
  { route, event }: HappenedEvent,
  scene: PostedScene,
  moment: number,
): Promise<boolean> {
  const key = triggerKey(event.trigger);
  const since = rfc3339(new Date(moment * 1_000));
  const value = countingFrom(own(route.spec.configMap, key) ?? '', since);
  const later = { ...route, spec: { ...route.spec, configMap: { [key]: value } } };
  const answers = await askTriggers(engine, [{ route: later, triggers: [event.trigger] }], scene);
  return answers.get(later)?.get(event.trigger)?.triggered === true;
}
