/** The parts of the Kubernetes client that the operator and its lifecycle shell use. */

export { KubeConfig } from '@kubernetes/client-node/dist/config.js';
export { HttpMethod, RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';

/** The shell makes one at its start and calls none of its methods (docs/adr/0004). */
export class CoreV1Api {}
