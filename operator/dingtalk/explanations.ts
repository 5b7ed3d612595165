import type { Reason } from '../api/reasons.ts';

/** The same in the two languages that the operator speaks. */
export interface Text {
  readonly en: string;
  readonly 'zh-CN': string;
}

/** The meaning of an outcome, and its remedy. */
export interface OutcomeExplanation {
  readonly meaning: Text;
  /** Absent where there is nothing to be done. */
  readonly remedy?: Text;
}

const text = (en: string, zh: string): Text => ({ en, 'zh-CN': zh });

/** Stands for the address that DingTalk saw. */
const IP = '{ip}';
const SENDER = text("the sender's address", '发送方的地址');

/** The possible outcomes of a message to DingTalk. */
const EXPLANATIONS = {
  Delivering: { meaning: text('DingTalk accepted the message.', '钉钉已接收该消息。') },

  KeywordMissing: {
    meaning: text("The message contains none of the robot's keywords.", '消息中没有机器人的自定义关键词。'),
    remedy: text(
      'List the keywords of the robot (自定义关键词) in spec.keywords, exactly as its security settings show them.',
      '请把机器人安全设置中的自定义关键词原样填入 spec.keywords。',
    ),
  },
  SignatureRejected: {
    meaning: text(
      'The signature is missing, or was made with another secret.',
      '签名缺失，或与机器人的密钥不匹配。',
    ),
    remedy: text(
      "Copy the signing secret (加签, SEC…) from this very robot's security settings into the Secret that spec.signing names.",
      '请从该机器人的安全设置中复制加签密钥（SEC 开头），写入 spec.signing 引用的 Secret。',
    ),
  },
  TimestampRejected: {
    meaning: text(
      "The signature's time differs by more than an hour from DingTalk's clock.",
      '签名的时间戳与钉钉服务器时间相差超过一小时。',
    ),
    remedy: text("Set the clock of the sender's machine (NTP).", '请校准发送方机器的时钟（NTP）。'),
  },
  IPNotAllowed: {
    meaning: text(
      `The robot accepts messages only from certain IP addresses, and ${IP} is not one of them.`,
      `机器人只接收指定 IP 地址段的消息，而${IP}不在其中。`,
    ),
    remedy: text(
      "Add the address to the IP ranges (IP地址段) in the robot's security settings. In a cluster, this is usually the address of the NAT gateway. If Argo CD's controller uses another address, add that address too.",
      '请在机器人安全设置的 IP 地址段中加入该地址；集群通常是 NAT 网关的公网 IP。若 Argo CD 的控制器使用其他出口地址，也需一并加入。',
    ),
  },
  SecurityRejected: {
    meaning: text(
      "The message does not meet one of the robot's security settings.",
      '消息不符合机器人的某项安全设置。',
    ),
    remedy: text(
      "Compare the robot's security settings in DingTalk (keywords, signature, IP ranges) with spec.keywords and spec.signing.",
      '请对照钉钉中机器人的安全设置（关键词、加签、IP 地址段）检查 spec.keywords 和 spec.signing。',
    ),
  },

  TokenUnknown: {
    meaning: text(
      'DingTalk knows no custom robot with this access token.',
      '钉钉没有使用该 access_token 的自定义机器人。',
    ),
    remedy: text(
      "Copy the Webhook URL from the robot's settings in DingTalk into the Secret that spec.webhook names. The robot must be a custom robot (自定义机器人). Resetting its token makes the old token invalid.",
      '请从钉钉机器人设置中复制 Webhook 地址，写入 spec.webhook 引用的 Secret。机器人须为自定义机器人；重置后旧的 access_token 即失效。',
    ),
  },
  GroupDisbanded: {
    meaning: text('The group no longer exists.', '群已被解散。'),
    remedy: text(
      'Add a robot to another group and store its credentials, or delete this resource.',
      '请在其他群中添加机器人并更新凭据，或删除此资源。',
    ),
  },
  RobotDisabled: {
    meaning: text('The robot is switched off in DingTalk.', '机器人已在钉钉中停用。'),
    remedy: text("Switch the robot on in the group's settings.", '请在群设置中启用该机器人。'),
  },
  RobotRemoved: {
    meaning: text('The robot was removed from its group.', '机器人已从群中移除，不存在。'),
    remedy: text(
      'Add a custom robot to the group and store its credentials, or delete this resource.',
      '请在群中重新添加自定义机器人并更新凭据，或删除此资源。',
    ),
  },

  Throttled: {
    meaning: text(
      'The robot got more than 20 messages within a minute; DingTalk then accepts no messages for ten minutes.',
      '一分钟内向该机器人发送的消息超过 20 条，钉钉会在十分钟内拒收。',
    ),
    remedy: text(
      'Send fewer messages to the robot: subscribe to fewer events, or spread the events over several robots.',
      '请减少消息：少订阅一些事件，或分散到多个机器人。',
    ),
  },
  QuotaExceeded: {
    meaning: text("The organisation's quota of robot messages is used up.", '组织的机器人消息额度已用完。'),
    remedy: text(
      'Wait until the quota is reset, or ask the administrator of the organisation in DingTalk to raise the quota.',
      '请等待额度重置，或请钉钉组织管理员提升额度。',
    ),
  },
  DingTalkBusy: {
    meaning: text('DingTalk says that it is busy.', '钉钉系统繁忙。'),
    remedy: text('Try again later.', '请稍后重试。'),
  },

  RequestRefused: {
    meaning: text(
      'DingTalk does not recognise the request as a call of its API.',
      '钉钉收到的不是有效的接口调用。',
    ),
    remedy: text(
      'Check whether a proxy changes requests, and whether dingtalk.endpoint and the webhook URL belong to DingTalk.',
      '请检查途中的代理是否改写了请求，以及 dingtalk.endpoint 和 Webhook 地址是否为钉钉的地址。',
    ),
  },
  MessageRefused: {
    meaning: text('DingTalk does not accept a message of this form.', '钉钉不接受这种格式的消息。'),
    remedy: text(
      "If the message comes from your own template, compare the template with DingTalk's message types. Otherwise this is a bug of the operator; please report it.",
      '若消息来自自定义模板，请对照钉钉的消息类型检查；否则是 operator 的缺陷，请反馈。',
    ),
  },
  MessageTooLong: {
    meaning: text('The message is longer than 20000 bytes.', '消息超过 20000 字节。'),
    remedy: text('Shorten the message.', '请缩短消息。'),
  },
  ContentRefused: {
    meaning: text(
      "DingTalk's content check refused a link, a text or a picture of the message.",
      '钉钉的内容审核拒绝了消息中的链接、文字或图片。',
    ),
    remedy: text('Change the content that DingTalk names.', '请修改钉钉指出的内容。'),
  },
  DingTalkRefused: {
    meaning: text(
      'DingTalk refused the message with a code that this operator does not know.',
      '钉钉拒收该消息，此版本的 operator 不认识返回的错误码。',
    ),
    remedy: text(
      "Look the code up in DingTalk's documentation (https://open.dingtalk.com/document/).",
      '请在钉钉开放平台文档中查询该错误码（https://open.dingtalk.com/document/）。',
    ),
  },

  MessageExpired: {
    meaning: text(
      'The message waited longer than limits.maxEventAge, so the relay did not send it.',
      '消息等待的时间超过 limits.maxEventAge，relay 没有发送。',
    ),
    remedy: text(
      'Find out why the messages of this robot had to wait: see the earlier answers of DingTalk.',
      '请查看钉钉此前的应答，找出该机器人的消息滞留的原因。',
    ),
  },
  CredentialsUnreadable: {
    meaning: text("The robot's Secret could not be read.", '无法读取机器人的 Secret。'),
    remedy: text(
      'Check that the Secret exists and has the keys that the robot names.',
      '请检查该 Secret 是否存在，以及是否含有机器人引用的键。',
    ),
  },

  Unreachable: {
    meaning: text('DingTalk did not answer.', '没有收到钉钉的应答。'),
    remedy: text(
      'Check the connection to DingTalk: name resolution, NAT gateway, firewall, network policies, HTTPS_PROXY and NO_PROXY.',
      '请检查到钉钉的网络：域名解析、NAT 网关、防火墙、网络策略、HTTPS_PROXY 和 NO_PROXY。',
    ),
  },
  CertificateNotTrusted: {
    meaning: text(
      "The certificate that DingTalk's host presented is not trusted.",
      '以钉钉名义出示的证书不受信任。',
    ),
    remedy: text(
      "If your own proxy decrypts TLS, name the file with its CA in dingtalk.caFile of the operator's configuration.",
      '若自有代理会解密 TLS，请在 operator 配置的 dingtalk.caFile 中指定其 CA 证书文件。',
    ),
  },
  UnexpectedAnswer: {
    meaning: text(
      'The answer does not come from DingTalk: a proxy or a gateway may have answered instead.',
      '应答不是钉钉的格式，可能由途中的代理或网关返回。',
    ),
    remedy: text(
      'Check the proxies between the operator and DingTalk, and whether the host of the webhook URL belongs to DingTalk.',
      '请检查到钉钉途中的代理，以及 Webhook 地址的主机是否属于钉钉。',
    ),
  },
} as const satisfies Partial<Record<Reason, OutcomeExplanation>>;

/** The reasons that an outcome can have. */
export type DeliveryReason = keyof typeof EXPLANATIONS;

/** All of them. */
export const DELIVERY_REASONS = Object.keys(EXPLANATIONS) as readonly DeliveryReason[];

/** Explains a reason; `ip` is the address that DingTalk saw, where it told. */
export function explain({
  reason,
  ip,
}: {
  readonly reason: DeliveryReason;
  readonly ip?: string;
}): OutcomeExplanation {
  const { meaning, remedy }: OutcomeExplanation = EXPLANATIONS[reason];
  const named = text(
    meaning.en.replace(IP, ip ?? SENDER.en),
    meaning['zh-CN'].replace(IP, ip === undefined ? SENDER['zh-CN'] : ` ${ip} `),
  );
  return { meaning: named, ...(remedy && { remedy }) };
}
