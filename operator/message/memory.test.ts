import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { decide } from '../core/decide.ts';
import { robot, snapshot, subscription, template } from '../core/testing/fixtures.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** In MB. */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const EVENTS = Array.from({ length: 20 }, (_, index) => ({
  trigger: 'on-deployed',
  name: `e${index}`,
  template: { name: 'text', params: { p: `${index}` } },
}));
const BLOCK = '{{app.metadata.name}} and many, many, many other words. ';

it('edits of a template, of which none is needed again, fill no memory', () => {
  const edit = (index: number) => {
    const text = `${index} ${BLOCK.repeat(100)}`;
    const cr = {
      ...template({ name: 'text', generation: index }, ''),
      spec: { message: { markdown: { title: 't', text: `{{params.p}} ${text}` } }, params: { p: '' } },
    };
    const before = snapshot({
      robots: [robot()],
      templates: [cr],
      subscriptions: [subscription({}, { events: EVENTS })],
    });
    return decide(before);
  };
  expect(edit(0).resolution.subscriptions[0]?.verdict.rollout).toBe('current');
  const before = heap();
  for (let index = 1; index <= 100; index++) edit(index);
  // Half a megabyte for each of them, otherwise.
  expect(heap() - before).toBeLessThan(25);
});
