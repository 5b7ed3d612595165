import type { Finding } from '../../api/finding.ts';
import type { GiteeSubscription } from '../../api/kinds.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { ResolvedGiteeSubscription, ResolvedRobot, ResolvedTemplate } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';
import { combine } from '../resolve/combine.ts';
import { messageFindings } from '../resolve/event-messages.ts';
import { resolveRecipients } from '../resolve/recipients.ts';
import { outsideFinding } from '../resolve/selection.ts';
import { referenceKey } from '../resolve/sharing.ts';
import { unsupportedField } from '../resolve/unsupported.ts';
import { resolveGiteeEvent } from './events.ts';
import { nativeFindings } from './native.ts';
import { repositoryFindings } from './repository.ts';
import { giteeWarnings } from './warnings.ts';

/** The resources that a subscription can name, with their verdicts, by `namespace/name`. */
export interface GiteeReferences {
  readonly robots: ReadonlyMap<string, ResolvedRobot>;
  readonly templates: ReadonlyMap<string, ResolvedTemplate>;
}

/** Judges one subscription, as `resolveSubscription` does one about applications. No engine is asked. */
export function resolveGitee(
  cr: GiteeSubscription,
  references: GiteeReferences,
  snapshot: Snapshot,
): ResolvedGiteeSubscription {
  // Nothing else of a suspended resource is read.
  if (cr.spec.suspend) return judgeGitee(cr, references, snapshot);
  const { namespace } = cr.metadata;
  const inputs = [
    ...[snapshot.config, snapshot.namespaces.get(namespace)],
    ...cr.spec.robots.map((robot) => references.robots.get(referenceKey(namespace, robot))),
    ...cr.spec.events.map(
      ({ template }) => template && references.templates.get(referenceKey(namespace, template)),
    ),
  ];
  return resolved.get(cr, inputs, () => judgeGitee(cr, references, snapshot));
}

const resolved = new ObjectMemo<GiteeSubscription, ResolvedGiteeSubscription>();

function judgeGitee(
  cr: GiteeSubscription,
  { robots, templates }: GiteeReferences,
  snapshot: Snapshot,
): ResolvedGiteeSubscription {
  const outside = outsideFinding(cr, snapshot);
  if (outside || cr.spec.suspend) {
    const verdict: Verdict = { rollout: 'none', ...(outside && { refusal: outside }), warnings: [] };
    return { cr, robots: [], events: [], verdict };
  }
  const { usable, missing, awaitsCredentials } = resolveRecipients(cr, robots);
  const events = cr.spec.events.map((event, index) =>
    resolveGiteeEvent(cr.metadata.namespace, event, index, templates),
  );
  const found = events.filter((event) => 'giteeTrigger' in event);
  const unsupported = unsupportedField(cr);
  const mistakes = [
    ...(unsupported ? [unsupported] : []),
    ...repositoryFindings(cr, snapshot.config),
    ...events.filter((event) => 'reason' in event),
    ...messageFindings(found, usable, undefined),
    ...nativeFindings(cr, usable),
  ];
  const refusal = combine([...mistakes, ...missing]);
  const isStaying = awaitsCredentials || (usable.length > 0 && mistakes.length > 0);
  return {
    cr,
    robots: usable,
    events: found,
    verdict: {
      rollout: isStaying ? 'lastGood' : usable.length === 0 ? 'none' : 'current',
      ...(refusal && { refusal }),
      ...(awaitsCredentials && { awaitsCredentials }),
      warnings: giteeWarnings(cr, usable),
    },
  };
}

/** A subscription that is refused without being judged. Its live version stays. */
export const refusedGitee = (
  cr: GiteeSubscription,
  refusal: Finding,
  isLive: boolean,
): ResolvedGiteeSubscription => ({
  cr,
  robots: [],
  events: [],
  verdict: { rollout: isLive ? 'lastGood' : 'none', refusal, warnings: [] },
});
