import type { OperatorConfiguration } from '../../../config/config.ts';
import { config, RELAY_URL } from '../../testing/fixtures.ts';

/** The configuration of an installation whose relay Gitee can reach. */
export const giteeConfig = (fields: Record<string, unknown> = {}): OperatorConfiguration =>
  config({
    relay: { url: RELAY_URL },
    robots: { delivery: 'Relay' },
    gitee: { publicURL: 'https://hooks.example.com' },
    ...fields,
  });
