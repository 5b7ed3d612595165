import type { DingTalkRobot } from '../../../operator/api/kinds.ts';
import type { CredentialSecret } from '../../../operator/core/model/snapshot.ts';
import { found } from '../../../operator/core/testing/fixtures.ts';
import type { Random } from '../random.ts';
import { nastyText, SECRET_KEYS } from './texts.ts';

/** The Secrets that robots refer to, each in some state. Those that are known already stay as they are. */
export function secrets(
  robots: readonly DingTalkRobot[],
  known: ReadonlyMap<string, CredentialSecret>,
  random: Random,
): Map<string, CredentialSecret> {
  const names = robots.flatMap(({ metadata, spec }) =>
    [spec?.webhook?.secretKeyRef, spec?.signing?.secretKeyRef].flatMap((reference) =>
      reference ? [`${metadata.namespace}/${reference.name}`] : [],
    ),
  );
  return new Map([...new Set(names)].map((name) => [name, known.get(name) ?? secret(random)]));
}

/** A Secret as somebody might have made it. */
export function secret(random: Random): CredentialSecret {
  if (random.chance(0.1)) return { state: 'missing' };
  if (random.chance(0.05)) return { state: 'unreadable', message: nastyText(random) };
  const keys = SECRET_KEYS.filter((key) => key === 'webhook' || key === 'secret' || random.chance(0.7));
  return found(Object.fromEntries(keys.map((key) => [key, credential(key, random)])));
}

function credential(key: string, random: Random): string {
  const token = random.many(64, 64, () => random.int(0, 15).toString(16)).join('');
  if (random.chance(0.03)) return nastyText(random);
  if (key === 'secret')
    return random.pick(['SEC', 'SEC', 'SEC', 'SEC', 'sec', 'SEC-SEC-', ' SEC', '']) + token;
  const hosts = [
    'oapi.dingtalk.com',
    'oapi.dingtalk.com',
    'evil.example.com',
    'OAPI.dingtalk.com:443',
    'u:p@oapi.dingtalk.com',
  ];
  return random.oneOf(
    () => token,
    () => token,
    () => token,
    () => token,
    () => token,
    () => token,
    () => `https://${random.pick(hosts)}/robot/send?access_token=${token}`,
    () => `https://oapi.dingtalk.com/robot/send?access_token=${token}&timestamp=1&sign=${token}\n`,
    () => ` ${token} ${token}`,
    () => `access_token=${token}`,
  );
}
