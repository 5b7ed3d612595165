import { expect, it } from 'vitest';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { repetitionNotes } from './repetition.ts';

it.each([
  [
    'on-deployed',
    'app.status.operationState?.syncResult?.revision',
    [
      'Argo CD sends it once for each revision today. With on-deployed of the catalogue, it is sent once for each deployment.',
    ],
  ],
  [
    'on-sync-failed',
    undefined,
    [
      'Argo CD sends it each time the condition becomes true today. With on-sync-failed of the catalogue, it is sent once for each sync.',
    ],
  ],
  ['on-sync-failed', 'app.status.operationState.finishedAt', []],
  ['on-created', 'app.metadata.name', [expect.stringContaining('once for each Application today')]],
  [
    'on-deleted',
    'app.metadata.uid',
    [expect.stringContaining('once for each value of app.metadata.uid today')],
  ],
] as const)('%s, once per %s', (trigger, oncePer, notes) => {
  expect(repetitionNotes(trigger, oncePer)).toEqual(notes);
});

it('is nothing for a trigger that has the oncePer of the catalogue', () => {
  for (const { name, oncePer } of CATALOGUE) expect(repetitionNotes(name, oncePer)).toEqual([]);
});
