import { stringify } from 'yaml';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { type StillFails, shrink } from './shrink.ts';
import { PROPERTIES, type Violation } from './violation.ts';
import type { Found } from './walk.ts';

/** How long to look for something smaller. */
const SHRINK_MS = 15_000;
const MAX_WORDS = 3_000;
const MAX_YAML = 12_000;
const CUT = ' … (cut)';

/** Says what does not hold for a snapshot. */
type Judge = (snapshot: Snapshot) => Violation | undefined;

/** A finding as text: what does not hold, how to get it again, and the least that it takes as YAML. */
export function reportOf(found: Found, seed: number, index: number, judge: Judge): string {
  const { property, words, story } = found;
  const signature = signatureOf(found);
  const isSame: StillFails = (each) => {
    const violation = judge(each);
    return violation !== undefined && signatureOf(violation) === signature;
  };
  const isRepeatable = isSame(found.snapshot);
  const least = isRepeatable ? shrink(found.snapshot, isSame, SHRINK_MS) : found.snapshot;
  const last = isRepeatable ? (judge(least)?.words ?? words) : words;
  return [
    `FOUND with seed ${seed}, case ${index} (${property}): it does not hold that ${PROPERTIES[property]}.`,
    `  again: make fuzz-decide SEED=${seed} CASE=${index}`,
    `  before it: ${story.join(', ')}`,
    cut(last, MAX_WORDS),
    cut(yamlOf(least), MAX_YAML),
  ].join('\n');
}

/** Finds of one kind have the same signature: the property, and the place or the first words. */
export function signatureOf({ property, words }: Violation): string {
  const [first = ''] = words.split('\n');
  if (property !== 'throws' && property !== 'faults')
    return `${property} ${first.slice(0, 220).replace(/\d+/g, 'N')}`;
  const place = /\((?:file:\/\/)?\S*\/(operator\/\S+?):\d+:\d+\)/.exec(words)?.[1] ?? '';
  // Which resource it is does not matter.
  return `${property} ${first.replace(/^\S+ \S+\/\S+: /, '').slice(0, 80)} ${place}`;
}

function yamlOf({
  robots,
  templates,
  subscriptions,
  credentials,
  namespaces,
  projects,
  config,
  target,
  now,
}: Snapshot): string {
  const surroundings = {
    now: now.toISOString(),
    tenancy: config.tenancy,
    limits: config.limits,
    routing: config.routing,
    renewAfterMs: config.signing.renewAfter,
    namespaces: Object.fromEntries(namespaces),
    projects,
    credentials: Object.fromEntries(credentials),
    configMap: target.configMap?.data,
  };
  const documents = [...robots, ...templates, ...subscriptions, { surroundings }];
  return documents
    .map((each) => stringify(each, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}${CUT}`;
