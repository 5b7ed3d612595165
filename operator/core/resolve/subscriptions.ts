import type { Finding } from '../../api/finding.ts';
import type { ApplicationSubscription } from '../../api/kinds.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';
import type { ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Access } from './access-condition.ts';
import { combine } from './combine.ts';
import { criteriaExpression } from './criteria.ts';
import {
  commitWarnings,
  eventsWithCommit,
  messageFindings,
  messageInputs,
  messageWarnings,
} from './event-messages.ts';
import { type EventContext, resolveEvent } from './events.ts';
import { costlyNamePatterns } from './name-patterns.ts';
import { resolveRecipients } from './recipients.ts';
import { outsideFinding } from './selection.ts';
import { referenceKey } from './sharing.ts';
import {
  keyNames,
  missingCompanions,
  replayable,
  takenKeys,
  ungranted,
  untrustedExpressions,
} from './subscription-findings.ts';
import { unsupportedField } from './unsupported.ts';

/** The context for judging a subscription: the other kinds, which are judged before. */
export interface References extends EventContext {
  readonly robots: ReadonlyMap<string, ResolvedRobot>;
  /** The applications that a namespace has access to. */
  readonly access: (namespace: string) => Access;
  readonly argocdUrl: string | undefined;
}

/**
 * Judges one subscription. A mistake in the subscription leaves its last good version live. A robot that is missing, refused or
 * suspended takes away that recipient only. A suspension takes away everything.
 */
export function resolveSubscription(
  cr: ApplicationSubscription,
  references: References,
  snapshot: Snapshot,
): ResolvedSubscription {
  // Nothing else of a suspended resource is read.
  if (cr.spec.suspend) return judgeSubscription(cr, references, snapshot);
  const inputs = inputsOf(cr, references, snapshot);
  return resolved.getIf(
    cr,
    inputs,
    () => judgeSubscription(cr, references, snapshot),
    () => asksNothing(cr, references),
  );
}

const resolved = new ObjectMemo<ApplicationSubscription, ResolvedSubscription>();

/** Questions to the engine must be asked each time. They are about conditions, and about raw templates. */
const asksNothing = ({ metadata, spec }: ApplicationSubscription, { templates }: References): boolean =>
  spec.events.every(({ trigger, template }) => {
    const referred = template && templates.get(referenceKey(metadata.namespace, template));
    // The spec of a refused template is not read: it may have any form.
    const isRaw = referred && !referred.verdict.refusal && referred.cr.spec.message.raw !== undefined;
    return trigger !== undefined && !isRaw;
  });

function inputsOf(
  { metadata, spec }: ApplicationSubscription,
  { robots, templates, access, argocdUrl }: References,
  { config, namespaces, target: { configMap } }: Snapshot,
): unknown[] {
  const { namespace } = metadata;
  const names = namesIn.get(metadata, [spec], () => namesOf({ metadata, spec }));
  const inputs: unknown[] = [config, namespaces.get(namespace), access(namespace), argocdUrl];
  for (const name of names.robots) inputs.push(robots.get(name));
  for (const name of names.templates) inputs.push(name === undefined ? undefined : templates.get(name));
  for (const key of names.keys) inputs.push(own(configMap?.data, key), configMap?.leftBehind?.has(key));
  return inputs;
}

/** What a subscription names, and the keys that it needs. The same texts each time, so a Map hashes each once. */
function namesOf({
  metadata: { namespace, name },
  spec,
}: Pick<ApplicationSubscription, 'metadata' | 'spec'>) {
  return {
    robots: spec.robots.map((reference) => referenceKey(namespace, reference)),
    templates: spec.events.map(({ template }) => template && referenceKey(namespace, template)),
    keys: keyNames(namespace, name, spec.events),
  };
}

const namesIn = new ObjectMemo<ApplicationSubscription['metadata'], ReturnType<typeof namesOf>>();

function judgeSubscription(
  cr: ApplicationSubscription,
  references: References,
  snapshot: Snapshot,
): ResolvedSubscription {
  const { namespace } = cr.metadata;
  const access = references.access(namespace);
  const outside = outsideFinding(cr, snapshot);
  if (outside || cr.spec.suspend) {
    const verdict: Verdict = { rollout: 'none', ...(outside && { refusal: outside }), warnings: [] };
    return { cr, ...access, criteria: undefined, robots: [], events: [], verdict };
  }

  const criteria = criteriaExpressions.get(cr, [], () => criteriaExpression(cr.spec.applications));
  const context = { ...references, inquiry: references.inquiry.of(namespace) };
  const events = cr.spec.events.map((event, index) => resolveEvent(namespace, event, index, context));
  const { usable, missing, awaitsCredentials } = resolveRecipients(cr, references.robots);
  const found = events.filter((event) => 'trigger' in event);
  const messages = judgedMessages.get(cr, messageInputs(found, usable, references.argocdUrl), () => ({
    findings: messageFindings(found, usable, references.argocdUrl),
    warnings: messageWarnings(cr, found, usable, references.argocdUrl),
    withCommit: eventsWithCommit(found),
  }));
  const unsupported = unsupportedField(cr);
  const mistakes = [
    ...(unsupported ? [unsupported] : []),
    ...untrustedExpressions(cr, snapshot),
    ...events.filter((event) => 'reason' in event),
    ...messages.findings,
    ...missingCompanions(cr),
    ...costlyNamePatterns(cr),
    ...takenKeys(cr, snapshot),
  ];
  const refusal = combine([...mistakes, ...missing]);
  return {
    cr,
    ...access,
    criteria,
    robots: usable,
    events: found,
    verdict: {
      rollout: awaitsCredentials
        ? 'lastGood'
        : usable.length === 0
          ? 'none'
          : mistakes.length > 0
            ? 'lastGood'
            : 'current',
      ...(refusal && { refusal }),
      ...(awaitsCredentials && { awaitsCredentials }),
      warnings: [
        ...ungranted(cr, access),
        ...messages.warnings,
        ...commitWarnings(messages.withCommit, usable, cr, snapshot.config.argocd.api !== undefined),
        ...replayable(cr),
        ...found.flatMap(({ warnings }) => warnings),
      ],
    },
  };
}

const criteriaExpressions = new ObjectMemo<ApplicationSubscription, string | undefined>();

const judgedMessages = new ObjectMemo<
  ApplicationSubscription,
  {
    readonly findings: readonly Finding[];
    readonly warnings: readonly Finding[];
    /** Paths of events. */
    readonly withCommit: readonly string[];
  }
>();

/** A subscription that is refused without being judged. Its live version stays. */
export function refusedSubscription(
  cr: ApplicationSubscription,
  refusal: Finding,
  access: Access,
  isLive: boolean,
): ResolvedSubscription {
  const verdict: Verdict = { rollout: isLive ? 'lastGood' : 'none', refusal, warnings: [] };
  return { cr, ...access, criteria: undefined, robots: [], events: [], verdict };
}
