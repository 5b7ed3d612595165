import { CANDIDATE, evaluateAnswer, evaluationOf, holdsAnswer, renderFailure } from '../core/gate/answers.ts';
import { rawCandidate } from '../core/gate/raw-template.ts';
import { SAMPLE_APPLICATIONS } from '../core/gate/sample-applications.ts';
import type {
  EvaluateQuestion,
  GateAnswer,
  HoldsQuestion,
  RenderQuestion,
} from '../core/model/engine-api.ts';
import type { Engine } from '../engine/types.ts';

/** Asks about one sample after the other, until the expression does not fail. */
export async function evaluated(
  engine: Engine,
  question: EvaluateQuestion,
  asker: string,
): Promise<GateAnswer> {
  let first: GateAnswer<EvaluateQuestion> | undefined;
  for (const [, app] of SAMPLE_APPLICATIONS) {
    const answer = evaluateAnswer(await engine.evaluate(evaluationOf(question, app), { asker }));
    if (!answer.ok || answer.failure === undefined) return answer;
    first ??= answer;
  }
  return first ?? { ok: true };
}

/** Asks about all samples, one after the other; ends with one that the engine does not finish. */
export async function held(engine: Engine, question: HoldsQuestion, asker: string): Promise<GateAnswer> {
  const samples: number[] = [];
  for (const [index, [, app]] of SAMPLE_APPLICATIONS.entries()) {
    const answer = holdsAnswer(await engine.evaluate(evaluationOf(question, app), { asker }));
    if (typeof answer === 'object') return answer;
    if (answer) samples.push(index);
  }
  return { ok: true, samples };
}

/** The same for messages of a raw template. */
export async function rendered(
  engine: Engine,
  { raw }: RenderQuestion,
  asker: string,
): Promise<GateAnswer<RenderQuestion>> {
  const configMap = rawCandidate(raw);
  const failures: { sample: number; error: string }[] = [];
  for (const [sample, [, app]] of SAMPLE_APPLICATIONS.entries()) {
    const request = { configMap, secret: {}, app, templates: [CANDIDATE], service: CANDIDATE };
    const error = renderFailure(await engine.render(request, { asker }));
    if (typeof error === 'object') return error;
    if (error !== undefined) failures.push({ sample, error });
  }
  return { ok: true, failures };
}
