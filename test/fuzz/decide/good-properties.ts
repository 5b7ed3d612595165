import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { SIGNATURE_VALIDITY_MS } from '../../../operator/dingtalk/sign.ts';
import { alone, GOOD_SERVICE, goodPart, isGoodEntry } from './alone.ts';
import { GOOD, GOOD_NAME } from './good-team.ts';
import { asText, goodOutcome, goodUrl, goodVerdicts, type Outcome } from './outcome.ts';
import { decided, type Violation } from './violation.ts';

/** What the good team has live stays, in whatever version, and its signature is renewed once that is due. */
export function withdrawn(outcome: Outcome, snapshot: Snapshot): Violation | undefined {
  const { plan, live } = outcome.decision;
  const key = `${GOOD}/${GOOD_NAME}`;
  const missing = (what: string): Violation => ({
    property: 'withdrawn',
    words: `${what} is not in the plan any more; ${asText(goodVerdicts(outcome))}`,
  });
  if (!snapshot.target.configMap || !snapshot.target.secret) return undefined;
  if (live.services.has(key) && plan.robots.get(key)?.service !== GOOD_SERVICE) return missing('its robot');
  const signed = goodUrl(outcome, snapshot);
  if (live.services.has(key) && !signed) return missing('a URL with a valid signature');
  const left = signed?.until && signed.until.getTime() - snapshot.now.getTime();
  if (left !== undefined && left <= SIGNATURE_VALIDITY_MS - snapshot.config.signing.renewAfter)
    return { property: 'withdrawn', words: `its signature is due, with ${left} ms left, and is not renewed` };
  if (!live.events.has(key)) return undefined;
  if (!plan.subscriptions.has(key)) return missing('its subscription');
  const isSent =
    plan.entries.some(isGoodEntry) || [...plan.projects.values()].some((text) => text.includes(GOOD_SERVICE));
  if (!isSent) return missing('its entry');
  const triggers = (data: Readonly<Record<string, string>>) =>
    Object.keys(goodPart(data)).filter((name) => name.startsWith('trigger.')).length;
  return triggers(plan.configMap) < triggers(snapshot.target.configMap.data)
    ? missing('one of its triggers')
    : undefined;
}

/** What the good team gets does not depend on who else is there. */
export function neighbours(outcome: Outcome, snapshot: Snapshot): Violation | undefined {
  const single = alone(snapshot);
  const own = decided(single);
  if ('property' in own) return own;
  const together = new Map(Object.entries(goodOutcome(outcome, snapshot)));
  for (const [part, value] of Object.entries(goodOutcome(own, single))) {
    const other: unknown = together.get(part);
    if (asText(other) === asText(value)) continue;
    return {
      property: 'neighbours',
      words: `${part} with the others:\n  ${asText(other)}\nand alone:\n  ${asText(value)}`,
    };
  }
  return undefined;
}
