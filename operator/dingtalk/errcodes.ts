import type { DeliveryOutcome } from './outcome.ts';
import { securityReason } from './security-reason.ts';

type Verdict = Pick<DeliveryOutcome, 'reason' | 'class'>;

const final = (reason: Verdict['reason']): Verdict => ({ reason, class: 'final' });
const retry = (reason: Verdict['reason']): Verdict => ({ reason, class: 'retry' });

/**
 * DingTalk's codes. The official ones: https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages;
 * 88, 90030, 101002, 130101, 300001, 300005, 460101 and 660026 were seen in answers.
 */
const VERDICTS: ReadonlyMap<number, Verdict> = new Map([
  [0, { reason: 'Delivering', class: 'ok' }],
  [-1, retry('DingTalkBusy')],
  [88, final('TokenUnknown')],
  [404, final('RequestRefused')],
  [43002, final('RequestRefused')],
  [43004, final('RequestRefused')],
  [90030, retry('QuotaExceeded')],
  [101002, final('MessageTooLong')],
  [130101, retry('Throttled')],
  [300001, final('TokenUnknown')],
  [300005, final('TokenUnknown')],
  [400013, final('GroupDisbanded')],
  [400101, final('TokenUnknown')],
  [400102, final('RobotDisabled')],
  [400105, final('MessageRefused')],
  [400106, final('RobotRemoved')],
  [410100, retry('Throttled')],
  [430101, final('ContentRefused')],
  [430102, final('ContentRefused')],
  [430103, final('ContentRefused')],
  [430104, final('ContentRefused')],
  [460101, final('MessageTooLong')],
  [660026, retry('Throttled')],
]);

/** A parameter is missing: which one stands in the text only, in whatever language. */
const MISSING_PARAMETER = 40035;
/** One of the robot's security settings is not met: which one stands in the text only. */
const SECURITY = 310000;

/** Reason and class of a code; two codes need DingTalk's words to be told apart. */
export function verdictOf(errcode: number, errmsg: string): Verdict {
  if (errcode === SECURITY) return final(securityReason(errmsg));
  if (errcode === MISSING_PARAMETER) {
    return final(/access_?token/i.test(errmsg) ? 'TokenUnknown' : 'MessageRefused');
  }
  return VERDICTS.get(errcode) ?? final('DingTalkRefused');
}
