import { setTimeout as delay } from 'node:timers/promises';
import { messagesKey, TARGET } from './landscape.ts';
import type { TeamsStage } from './stage.ts';
import { WatchedObject } from './watched-object.ts';

const PACE_MS = 1_000;
/** How long an edit may take to be live. */
const DEADLINE_MS = 60_000;

/**
 * Edits the text of one team a second, each time of another one.
 * @returns from the API server's answer until Argo CD's ConfigMap says it, for each edit in order, in milliseconds
 * @throws Error if an edit is not live within a minute
 */
export async function measureEdits(stage: TeamsStage, count: number): Promise<number[]> {
  using target = await WatchedObject.follow(stage.connection, TARGET);
  // Awaited here: the watch ends with this function.
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await delay(index * PACE_MS);
      const team = stage.teams[index % stage.teams.length] as string;
      const mark = `edit-${index}.`;
      const key = messagesKey(team);
      const edit = stage.editText(team, mark).then(() => performance.now());
      const live = target.until(
        `${key} holds ${mark}`,
        DEADLINE_MS,
        ({ data = {} }) => data[key]?.includes(mark) === true,
      );
      const [answeredAt, liveAt] = await Promise.all([edit, live]);
      return Math.max(0, liveAt - answeredAt);
    }),
  );
}
