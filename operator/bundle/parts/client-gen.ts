/** Of the Kubernetes client's generated modules, what its KubeConfig uses. */

export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
