import type { LastAnswer, NewMessage, RelayStore } from './model.ts';
import { chooseMember, membersOf, type RoutedRobot } from './pool.ts';
import { heldUntil } from './quiet-queue.ts';

/** What decides about a new message beside the message. */
export interface DispatchOptions {
  readonly store: Pick<RelayStore, 'accept' | 'notesOf'>;
  /** A robot as its routes have it, by `namespace/name`. */
  readonly routed: (robot: string) => Pick<RoutedRobot, 'quietHours' | 'pool' | 'webhook'> | undefined;
  /** The last answers, by key. */
  readonly answers: () => ReadonlyMap<string, LastAnswer>;
  /** Robots have got messages: they are named by their keys. */
  readonly onDispatched: (keys: readonly string[]) => void;
}

/** A store for the door: each message goes to a member of its robot's pool, with the end of the quiet hours in which it comes. */
export const dispatching = ({
  store,
  routed,
  answers,
  onDispatched,
}: DispatchOptions): DispatchOptions['store'] => ({
  notesOf: store.notesOf,
  accept: async (messages, now, ...rest) => {
    const dispatched = messages.map((message) => dispatch(message, now, routed(message.robot), answers()));
    const count = await store.accept(dispatched, now, ...rest);
    onDispatched([...new Set(dispatched.map(({ robot }) => robot))]);
    return count;
  },
});

function dispatch(
  message: NewMessage,
  now: number,
  robot: ReturnType<DispatchOptions['routed']>,
  answers: ReadonlyMap<string, LastAnswer>,
): NewMessage {
  if (!robot) return message;
  const until = heldUntil({ ...message, acceptedAt: now }, robot.quietHours);
  const moved = { applicationUid: message.application.uid, isHeld: until !== undefined };
  const members = [...membersOf(message.robot, robot).keys()];
  return {
    ...message,
    robot: chooseMember(members, moved, { answers, now }),
    ...(until !== undefined && { heldUntil: until }),
  };
}
