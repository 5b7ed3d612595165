import { locateEngine } from '../../../engine/locate.ts';
import { type Instance, startEngine } from '../../../engine/testing/instance.ts';
import type { ToldCondition } from '../../engine/types.ts';
import { yamlSafeJson } from '../../lib/json.ts';
import type { BodyPart } from '../go/compile.ts';
import { compileBody, measureBody } from '../go/compile.ts';
import type { BodyScope } from '../go/context.ts';

/** Argo CD's engine, for rendering template bodies. */
export class RenderingEngine {
  readonly #instance: Instance;

  private constructor(instance: Instance) {
    this.#instance = instance;
  }

  static async start(): Promise<RenderingEngine> {
    return new RenderingEngine(await startEngine(locateEngine()));
  }

  /**
   * The message that the engine would send for a Go template. The relay's question about it must have the same answer.
   * @throws Error with the engine's words if it would send nothing, and if the answers differ
   */
  render(body: string, app: unknown, context: Readonly<Record<string, string>> = {}): string {
    const template = yamlSafeJson({ webhook: { x: { method: 'POST', body } } });
    const request = {
      call: 'render',
      configMap: {
        context: yamlSafeJson(context),
        'service.webhook.x': 'url: https://example.com/x',
        'template.x': template,
      },
      secret: {},
      app,
      templates: ['x'],
      service: 'x',
    };
    const answer = this.#instance.ask(request) as {
      readonly errors?: readonly { readonly message: string }[];
      readonly error?: string;
      readonly request?: { readonly body: string; readonly bodyIsJSON: boolean; readonly error?: string };
    };
    const problem =
      answer.error ?? answer.request?.error ?? answer.errors?.map(({ message }) => message).join('; ');
    if (problem !== undefined || !answer.request) throw new Error(`the engine sends nothing: ${problem}`);
    const told = this.#told(template, app, context);
    // The relay sends nothing else than JSON. Some tests render several messages at once, which are none together.
    if (told !== (answer.request.bodyIsJSON ? answer.request.body : undefined))
      throw new Error(`the relay would send ${told}, and Argo CD ${answer.request.body}`);
    return answer.request.body;
  }

  #told(template: string, app: unknown, context: Readonly<Record<string, string>>): string | undefined {
    const answer = this.#instance.ask({
      call: 'tell',
      context: yamlSafeJson(context),
      routes: [
        { triggers: { x: '[{"when":"true","send":["x"]}]' }, templates: { x: template }, services: ['x'] },
      ],
      app,
    }) as { readonly routes?: readonly { readonly triggers?: { readonly x: readonly ToldCondition[] } }[] };
    return answer.routes?.[0]?.triggers?.x[0]?.bodies?.x;
  }
}

/** The body of a single message. @throws Error if its fixed text is too long */
export function bodyOf(parts: readonly BodyPart[], scope: BodyScope, maxBytes?: number): string {
  const { isTooLong, fixedBytes } = measureBody(parts, scope, maxBytes);
  if (isTooLong) throw new Error(`${fixedBytes} bytes are fixed`);
  return compileBody([{ parts, scope }], maxBytes);
}
