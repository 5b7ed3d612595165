import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../template/go/compile.ts';
import { RenderingEngine } from '../template/testing/engine.ts';
import { kindOf, type TypedMessage } from './fields.ts';
import { readMessage } from './parse.ts';
import { made, urlsOf } from './testing/made.ts';

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

const GREEDY = '{{app.status.operationState.message}}'.repeat(20);
const RUNBOOK = `https://example.com/${'x'.repeat(500)}`;
const URL = '{{default app.metadata.annotations.runbook appUrl}}';
const app = {
  metadata: { namespace: 'argocd', name: 'guestbook', annotations: { runbook: RUNBOOK } },
  status: { operationState: { message: '长'.repeat(5_000) } },
};
const button = { title: GREEDY, url: URL };
const link = { title: GREEDY, url: URL, pictureUrl: URL };

describe('a text that could fill the whole message', () => {
  it.each<TypedMessage>([
    { link: { ...link, text: GREEDY } },
    { actionCard: { title: GREEDY, text: GREEDY, buttons: [button] } },
    { actionCard: { title: GREEDY, text: GREEDY, buttons: Array(5).fill(button) } },
    { feedCard: { links: Array(10).fill(link) } },
  ])('leaves enough for the links (%#)', (message) => {
    const body = made({ message });
    if (!body.ok) throw new Error(body.finding.message);
    const sent = engine.render(body.body, app);
    expect(new Set(urlsOf(JSON.parse(sent)[kindOf(message)]))).toEqual(new Set([RUNBOOK]));
    expect(Buffer.byteLength(sent)).toBeGreaterThan(MAX_BODY_BYTES * 0.9);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(MAX_BODY_BYTES);
  });
});

describe('a link that leads nowhere is no message', () => {
  const message = (url: string): TypedMessage => ({ link: { title: 'a', text: 'b', url } });

  it('if it is to Argo CD, and nobody says where that is', () => {
    expect(made({ message: message('{{appUrl}}'), scope: { argocdUrl: undefined } })).toMatchObject({
      ok: false,
      finding: {
        reason: 'NoArgoCDURL',
        message: expect.stringContaining(
          'spec.message.link.url: the link leads to Argo CD, whose URL is not known',
        ),
      },
    });
  });

  it('if the event leaves its param empty', () => {
    const params = { url: 'https://example.com' };
    expect(made({ message: message('{{params.url}}'), params })).toMatchObject({ ok: true });
    const scope = { params: { url: '' } };
    expect(made({ message: message('{{params.url}}'), params, scope })).toMatchObject({
      ok: false,
      finding: {
        reason: 'InvalidTemplate',
        message: expect.stringContaining(
          "spec.message.link.url: with the event's params, the URL can be empty",
        ),
      },
    });
  });

  it.each([
    'https://example.com/a b',
    'https://example.com/\n{{app.metadata.name}}',
    '{{#if app.status}}https://example.com/<x>{{else}}https://example.com{{/if}}',
  ])('if it has what cannot stand in a URL (%j)', (url) => {
    expect(readMessage({ message: message(url), params: {} })).toMatchObject({
      ok: false,
      findings: [
        {
          reason: 'InvalidTemplate',
          message: expect.stringMatching(/^spec\.message\.link\.url: ".{1,2}" is not allowed in a URL/),
        },
      ],
    });
  });
});
