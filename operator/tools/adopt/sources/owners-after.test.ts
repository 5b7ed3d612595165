import { expect, it } from 'vitest';
import { parseManifests } from '../../../files/manifests.ts';
import { configMapsIn } from './config-maps.ts';
import { factsOf } from './owner-facts.ts';
import { ownersAfter } from './owners-after.ts';

const TEXT = `kind: ConfigMap
metadata: {name: cm, namespace: argocd}
data:
  subscriptions: |
    - recipients: [ding, slack]
    - recipients: [ding]
`;

type Deliveries = Parameters<typeof ownersAfter>[0]['deliveries'];

/** The lines to take out for deliveries, each as recipient, number of its entry, and events. */
function lines(...deliveries: readonly (readonly [string, number, (readonly unknown[])?])[]): string[] {
  const all = [['ding', 'slack'], ['ding']];
  const found: Deliveries = deliveries.map(([recipient, index, events]) => ({
    source: { kind: 'entry', entry: { index, recipients: all[index] ?? [], triggers: [] }, recipient },
    trigger: 't',
    ...(events && { events }),
  }));
  const removal = { cut: { keys: [], subscriptions: 'something' }, idleSecretKeys: [], deliveries: found };
  const sources = configMapsIn(parseManifests(TEXT, 'a.yaml'));
  const owners = ownersAfter(removal, { facts: factsOf(undefined, []), sources });
  return owners.flatMap(({ advice }) => advice.split('\n    ').slice(1));
}

it('says which part of a text goes, so that nobody takes out all of it', () => {
  expect(lines(['ding', 0, [{}]], ['slack', 0], ['ding', 1, [{}]])).toEqual([
    'a.yaml lines 4-6: data.subscriptions, only the recipients ding of its entry 1',
    'a.yaml lines 4-6: data.subscriptions, only its entry 2',
  ]);
});

it('an entry for which nothing is sent stays', () => {
  expect(lines(['ding', 0, []], ['ding', 1, []])).toEqual([]);
});
