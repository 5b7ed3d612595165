import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { withCommit } from '../argocd/commit-field.ts';
import type { BodyPart } from './go/compile.ts';
import type { BodyScope } from './go/context.ts';
import type { Escape } from './go/defines.ts';
import { parseTemplate } from './template.ts';
import { applications, commits, contexts, giteeEvents, texts } from './testing/arbitraries.ts';
import { bodyOf, RenderingEngine } from './testing/engine.ts';
import { templates } from './testing/random-template.ts';
import { type Data, renderReference } from './testing/reference.ts';

const PAIRS = Number(process.env.TEMPLATE_RUNS ?? 1_500);
const SEED = Number(process.env.TEMPLATE_SEED ?? Date.now() % 2 ** 31);
const MODES: readonly Escape[] = ['markdown', 'plain', 'url'];
/** So much room that nothing is cut for lack of it; cutting has a separate test. */
const ROOMY = 10_000_000;
/** Templates for one Application: asking the engine costs more than rendering does. */
const TEMPLATES = 4;

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

const cases = fc
  .record({ app: applications, context: contexts, params: fc.record({ owner: texts }), commit: commits })
  .chain((data) =>
    fc.record({
      data: fc.constant(data),
      sources: fc.array(templates(data), { minLength: 1, maxLength: TEMPLATES, size: 'max' }),
    }),
  );

const giteeCases = fc
  .record({ gitee: giteeEvents, context: contexts, params: fc.record({ owner: texts }) })
  .chain(({ gitee, ...others }) =>
    fc.record({
      data: fc.constant({ app: gitee, ...others }),
      sources: fc.array(templates({ app: undefined, gitee, ...others }), {
        minLength: 1,
        maxLength: TEMPLATES,
        size: 'max',
      }),
    }),
  );

const scopeOf = (params: { owner: string }): BodyScope => ({
  params,
  event: { name: 'on-x', trigger: '' },
  argocdUrl: 'https://cd.example.com/(x)',
  timeZone: 'Asia/Shanghai',
});

/** The engine's output for each template in each kind of field. */
function renderGo(sources: readonly string[], data: Data, scope: BodyScope): unknown {
  const parts = sources.flatMap((source): BodyPart[] => {
    const parsed = parseTemplate(source, new Set(['owner']));
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return MODES.flatMap((mode) => ['","', { template: parsed.template, escape: mode }]);
  });
  const app = withCommit(data.app as Readonly<Record<string, unknown>>, data.commit);
  return JSON.parse(engine.render(bodyOf(['["', ...parts, '"]'], scope, ROOMY), app, data.context));
}

describe('a template in Argo CD’s engine', () => {
  it.each([
    ['an Application', cases],
    ['an event of Gitee', giteeCases],
  ])(`prints what Handlebars prints, for ${PAIRS} random pairs with %s`, { timeout: 300_000 }, (_, pairs) => {
    process.stdout.write(`templates: TEMPLATE_SEED=${SEED} TEMPLATE_RUNS=${PAIRS} repeats these\n`);
    const seen = { compared: 0, refused: 0, filled: 0, blocks: 0 };
    const property = fc.property(pairs, ({ data, sources }) => {
      const taken = sources.filter((source) => parseTemplate(source, new Set(['owner'])).ok);
      seen.refused += sources.length - taken.length;
      const scope = scopeOf(data.params);
      const wanted = taken.flatMap((source) => renderReference(source, data, scope, MODES));
      expect(renderGo(taken, data, scope)).toEqual(['', ...wanted]);
      seen.compared += taken.length;
      seen.filled += wanted.filter((text) => text !== '').length / MODES.length;
      seen.blocks += taken.filter((source) => source.includes('{{#')).length;
    });
    // Shrinking ends when the rest is small enough.
    const limits = { interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true };
    fc.assert(property, { numRuns: Math.ceil(PAIRS * 0.6), seed: SEED, ...limits });
    process.stdout.write(`templates: ${JSON.stringify(seen)}\n`);
    expect(seen.compared).toBeGreaterThanOrEqual(PAIRS);
    // A generator that gives nothing but empty texts would compare nothing.
    expect(seen.filled).toBeGreaterThan(seen.compared / 2);
    expect(seen.blocks).toBeGreaterThan(seen.compared / 4);
  });
});
