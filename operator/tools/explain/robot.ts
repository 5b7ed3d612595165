import { objectKey } from '../../api/names.ts';
import { serviceKey } from '../../argocd/names.ts';
import type { ResolvedRobot } from '../../core/model/resolved.ts';
import { readSignedUrl, signatureEnd } from '../../dingtalk/signatures.ts';
import { own } from '../../lib/own.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { controllerProxySteps } from './controller-proxy.ts';
import { keySteps } from './keys.ts';
import { relaySteps } from './relay.ts';
import { resourceSteps } from './resource.ts';
import { ok, problem, type Step, unknown } from './step.ts';

/** A robot from its resource to the URL that Argo CD calls, or to the relay that sends to it. */
export function robotSteps(namespace: string, name: string, cluster: ClusterView): Step[] {
  const { snapshot, decision } = cluster;
  const isIt = ({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }) =>
    metadata.namespace === namespace && metadata.name === name;
  const cr = snapshot.robots.find(isIt);
  if (!cr)
    return [
      problem(
        `there is no DingTalkRobot ${namespace}/${name}, or none that you may see`,
        'Create the robot, or remove it from the subscription.',
      ),
    ];
  const robot = decision.resolution.robots.find((each) => isIt(each.cr));
  const steps = resourceSteps(cr, robot?.verdict, cluster);
  if (robot?.isRelayed) return [...steps, ...controllerProxySteps(cluster), ...relaySteps(robot, cluster)];
  if (!robot || !decision.plan.robots.has(objectKey(namespace, name))) return steps;
  return [...steps, ...keySteps([serviceKey(robot.service)], cr.metadata, cluster), urlStep(robot, cluster)];
}

/** Whether Argo CD finds a URL that works. The step never shows the URL, only the end of its signature. */
function urlStep({ cr, service, credential }: ResolvedRobot, cluster: ClusterView): Step {
  const { snapshot, presence, sees, assumed } = cluster;
  const { namespace, secret } = snapshot.config.target;
  const place = `Secret ${namespace}/${secret}, key ${service}`;
  const signed = cr.spec.signing !== undefined;
  if (!sees.secret) return statusStep(cr.status?.signedUntil, signed, place, cluster);
  const url = own(snapshot.target.secret?.data, service);
  if (url === undefined)
    return problem(`${place}: the key is missing, so Argo CD has no URL to call`, operatorHint(presence));
  const isKnown = [cr.spec.webhook, cr.spec.signing].every(
    (field) => !field || !assumed.has(objectKey(cr.metadata.namespace, field.secretKeyRef.name)),
  );
  const end = signatureEnd(url);
  if (signed && end && end <= snapshot.now)
    return problem(
      `${place}: the signature ended at ${rfc3339(end)}, so DingTalk refuses the URL`,
      operatorHint(presence),
    );
  const isAsNow = !isKnown || !credential || readSignedUrl(url, credential, snapshot.now) !== undefined;
  // A credential that is only a token needs the endpoint of the configuration.
  if (!isAsNow && !sees.settings)
    return unknown(`${place}: the URL exists; the configuration that decides its host is not known`);
  if (!isAsNow)
    return problem(
      `${place}: the URL was made with other credentials than the robot has now`,
      operatorHint(presence),
    );
  if (signed && end) return ok(`${place}: the URL is signed until ${rfc3339(end)}`);
  return ok(`${place}: the URL exists; the robot has no signature`);
}

/** According to the robot's own status, if the caller may not read the Secret. */
function statusStep(
  until: string | undefined,
  signed: boolean,
  place: string,
  { snapshot, presence }: ClusterView,
): Step {
  if (!signed || until === undefined) return unknown(`${place}: you may not read it`);
  if (new Date(until) > snapshot.now)
    return ok(`the robot's status says that the URL is signed until ${until}`);
  return problem(
    `the robot's status says that the signature of the URL ended at ${until}`,
    operatorHint(presence),
  );
}
