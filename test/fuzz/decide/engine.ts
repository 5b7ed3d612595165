import { createHash } from 'node:crypto';
import { locateEngine } from '../../../engine/locate.ts';
import { type Instance, startEngine } from '../../../engine/testing/instance.ts';
import { SUBSCRIPTIONS_KEY } from '../../../operator/argocd/names.ts';
import {
  checkAnswer,
  evaluateAnswer,
  evaluationOf,
  inspectAnswer,
} from '../../../operator/core/gate/answers.ts';
import { SAMPLE_APPLICATIONS } from '../../../operator/core/gate/sample-applications.ts';
import type { GateAnswer, GateRequest } from '../../../operator/core/model/engine-api.ts';
import type { CallName, Outcome } from '../../../operator/engine/types.ts';
import type { Random } from '../random.ts';
import { nastyText } from './texts.ts';

/** What comes of a question, now or ever. */
export type Fate = 'real' | 'accepted' | 'refused' | 'killed' | 'late' | 'never';

/** Each as often as it is likely to be. */
const FATES: readonly Fate[] = [
  ...Array<Fate>(6).fill('real'),
  ...Array<Fate>(6).fill('accepted'),
  ...(['refused', 'killed', 'late', 'never'] as const),
];

/** More than the questions of one case. */
const REMEMBERED = 5_000;

/** No application of anybody's needs more. */
const SAMPLES = [
  'true',
  "app.metadata.name == 'a'",
  "app.metadata.annotations.a matches '^.*a.*$'",
  'any(app.status.resources, .kind == "Job")',
  "secrets.token != ''",
  'now()',
];

/**
 * Argo CD's engine as a decision knows it: the real one for a share of the questions, and for what the shared key and the
 * good team depend on; simulated answers, odder than any real one, for the others. What runs a template is always simulated:
 * there is no deadline here.
 */
export class SimulatedEngine {
  readonly #instance: Instance;
  readonly #answers = new Map<string, GateAnswer>();
  readonly #inspected: readonly GateAnswer[];

  private constructor(instance: Instance) {
    this.#instance = instance;
    this.#inspected = SAMPLES.map((expression) =>
      realAnswer(instance, { call: 'inspect', expression, role: 'when' }),
    );
  }

  static async start(): Promise<SimulatedEngine> {
    return new SimulatedEngine(await startEngine(locateEngine()));
  }

  /** What becomes of a question, by its content and a salt. */
  fate(key: string, salt: number): Fate {
    const [byte] = createHash('sha256').update(`${salt} ${key}`).digest();
    return FATES[(byte as number) % FATES.length] as Fate;
  }

  /** The answer to a question of that fate. @throws Error if the engine has ended */
  answer(key: string, request: GateRequest, fate: Exclude<Fate, 'never'>, random: Random): GateAnswer {
    switch (fate) {
      case 'killed':
        return {
          ok: false,
          killed: random.pick(['deadline', 'memory', 'trap'] as const),
          message: 'it took too long.',
        };
      case 'refused':
        return { ok: false, errors: random.many(1, 3, () => problem(request, random)) };
      case 'accepted':
        // An entry that the real engine does not read would keep everybody's out of the shared key.
        return request.call === 'check' && SUBSCRIPTIONS_KEY in request.configMap
          ? this.#real(key, request)
          : this.#accepted(request, random);
      default:
        return request.call === 'render' || request.call === 'holds'
          ? this.#accepted(request, random)
          : this.#real(key, request);
    }
  }

  #real(key: string, request: GateRequest): GateAnswer {
    const known = this.#answers.get(key);
    if (known) return known;
    if (this.#answers.size >= REMEMBERED) this.#answers.clear();
    const answer = realAnswer(this.#instance, request);
    this.#answers.set(key, answer);
    return answer;
  }

  #accepted(request: GateRequest, random: Random): GateAnswer {
    if (request.call === 'inspect') return random.pick(this.#inspected);
    const samples = SAMPLE_APPLICATIONS.flatMap((_, index) => (random.chance(0.5) ? [index] : []));
    if (request.call === 'holds') return { ok: true, samples };
    if (request.call !== 'render') return { ok: true };
    const error = nastyText(random);
    if (random.chance(0.1))
      return { ok: true, failures: SAMPLE_APPLICATIONS.map((_, sample) => ({ sample, error })) };
    return { ok: true, failures: random.chance(0.3) ? samples.map((sample) => ({ sample, error })) : [] };
  }
}

/** As the operator keeps it. */
function realAnswer(instance: Instance, question: GateRequest): GateAnswer {
  const ask = <C extends CallName>(request: object) => instance.ask(request as never) as Outcome<C>;
  switch (question.call) {
    case 'check': {
      const { recipient: _, ...request } = question;
      return checkAnswer(question, ask<'check'>(request));
    }
    case 'render':
    case 'holds':
      throw new Error(`${question.call} is always simulated`);
    case 'inspect':
      return inspectAnswer(question, ask<'inspect'>({ call: 'inspect', expression: question.expression }));
    case 'evaluate': {
      const [, app] = SAMPLE_APPLICATIONS[0] as (typeof SAMPLE_APPLICATIONS)[number];
      return evaluateAnswer(ask<'evaluate'>({ call: 'evaluate', ...evaluationOf(question, app) }));
    }
  }
}

function problem(request: GateRequest, random: Random) {
  const keys = 'configMap' in request ? Object.keys(request.configMap) : [];
  const key = random.pick([undefined, ...keys, 'constructor', 'trigger.nobody']);
  return {
    message: random.chance(0.1) ? 'x'.repeat(16_000) : nastyText(random),
    ...(key !== undefined && { key }),
    ...(random.chance(0.3) && { condition: random.int(0, 3), field: 'when' }),
    ...(random.chance(0.5) && { line: random.int(1, 9), column: random.int(1, 99) }),
  };
}
