import type { CheckRequest, InspectRequest, Outcome, RenderRequest } from '../../engine/types.ts';

/** What a decision may ask Argo CD's engine. */
export type GateRequest = CheckRequest | RenderRequest | InspectRequest;

/** What it may be told: an answer, a refusal, or that the engine did not come to an end. */
export type GateAnswer<Request extends GateRequest = GateRequest> = Outcome<Request['call']>;
