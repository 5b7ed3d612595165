/**
 * `node operator/core/testing/measure.ts` prints the bytes that a team with five events needs in Argo CD's ConfigMap, by kind
 * of key. It does so for the catalogue's messages and for templates of ten lines. It also prints how many such teams fit
 * beside foreign keys.
 */

import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import { afterWrites } from './fixtures.ts';
import { bytesOf, EVENTS, type Messages, manyTeams } from './many-teams.ts';

const MANY = 200;
/** With so many teams, the marks around all entries hardly count. */
const SOME = 20;

function row(messages: Messages) {
  const all = afterWrites(manyTeams(SOME, messages)).configMap?.data ?? {};
  const parts: Record<string, number> = {};
  for (const [key, value] of Object.entries(all)) {
    if (key === 'template.theirs') continue;
    const kind = key === SUBSCRIPTIONS_KEY ? 'entry' : kindOf(key, value);
    parts[kind] = (parts[kind] ?? 0) + bytesOf({ [key]: value }) / SOME;
  }
  for (const [kind, bytes] of Object.entries(parts)) parts[kind] = Math.round(bytes);
  const team = Object.values(parts).reduce((sum, each) => sum + each, 0);
  const fit = decide(manyTeams(MANY, messages)).plan.subscriptions.size;
  return { messages, events: EVENTS.length, ...parts, team, fit };
}

function kindOf(key: string, value: string): string {
  if (key.startsWith('service.')) return 'service';
  if (key.startsWith('trigger.')) return 'triggers';
  return value.includes('"body"') ? 'bodies' : 'selectors';
}

for (const messages of ['catalogue', 'own'] as const)
  process.stdout.write(`${JSON.stringify(row(messages))}\n`);
