/** The parts of the Kubernetes client's generated modules that its KubeConfig uses. */

export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
