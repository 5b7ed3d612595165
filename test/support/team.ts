import {
  type Credentials,
  credentialsSecret,
  newCredentials,
  robot,
} from '../../operator/api/testing/manifests.ts';
import type { FakeDingTalk, FakeRobot } from '../../operator/dingtalk/testing/fake-dingtalk.ts';

/** A robot that exists on both sides: on the fake, and as Secret and CR, in this order. */
export function realRobot(
  dingtalk: FakeDingTalk,
  where: { readonly namespace: string; readonly name: string },
  spec: object = {},
): { readonly fake: FakeRobot; readonly credentials: Credentials; readonly manifests: readonly object[] } {
  const credentials = newCredentials();
  const { token, secret } = credentials;
  const fake = dingtalk.addRobot(credentials);
  return {
    fake,
    credentials,
    manifests: [credentialsSecret(where, { webhook: token, secret }), robot(where, spec)],
  };
}
