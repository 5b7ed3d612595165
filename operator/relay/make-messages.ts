import { objectKey } from '../api/names.ts';
import type { RelayRouteSpec } from '../api/relay-route.ts';
import type { Engine, EvaluatedCondition } from '../engine/types.ts';
import { askBody, type PostedScene } from './ask-engine.ts';
import { dedupeKey, eventTimeOf } from './dedupe-key.ts';
import type { NewMessage } from './model.ts';
import type { PostedEvent } from './posted-event.ts';
import type { LoadedRoute } from './read-route.ts';
import { mentionsIn, pageOf } from './rendered-body.ts';
import { type Notes, noteKeyOf, wasTold } from './told.ts';

/** An event of a route that has happened. */
export interface HappenedEvent {
  readonly route: LoadedRoute;
  readonly event: RelayRouteSpec['events'][number];
  readonly condition: EvaluatedCondition;
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
  const { posted, postHash, notes, scene, argocdUrl } = context;
  const { app, uid, namespace, name } = posted;
  const { spec } = route;
  const time = eventTimeOf(event.catalogueName, app);
  const untold = spec.robots.filter(
    ({ service }) =>
      !wasTold(event, spec, noteKeyOf(event.trigger, condition, service), { notes, app, time }),
  );
  const messages: NewMessage[] = [];
  for (const robot of untold) {
    const { service } = robot;
    const body = await askBody(engine, route, condition.templates, service, scene);
    if (body === undefined) continue;
    const url = pageOf({ namespace, name }, argocdUrl, body);
    messages.push({
      dedupeKey: dedupeKey(uid, event.trigger, service, { oncePer: condition.oncePer, time, postHash }),
      robot: objectKey(robot.namespace, robot.name),
      subscription: objectKey(spec.subscription.namespace, spec.subscription.name),
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
  return { messages, failures: untold.length - messages.length, isTold: untold.length === 0 };
}
