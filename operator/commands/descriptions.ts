/** What the list of commands says of one, and so what is known of it before it is loaded. */
export interface CommandDescription {
  readonly description: string;
  /** What stands after the name beside options. */
  readonly argument?: { readonly name: string; readonly description: string };
}

/** The commands, in the order in which --help lists them. */
export const COMMANDS = {
  operator: {
    description: 'Run the operator: keep the notifications of Argo CD as the custom resources declare them.',
  },
  lint: {
    description:
      'Say what the API server and the operator would say of custom resources in files. Needs no cluster.',
  },
  send: {
    description: "Send a test message to a robot's group now, and explain DingTalk's answer.",
  },
  catalogue: {
    description: 'List the triggers that events of a subscription can name. Needs no cluster.',
  },
  render: {
    description:
      'Print the ConfigMap and Secret of Argo CD that custom resources in files lead to. Needs no cluster.',
  },
  preview: {
    description:
      'Show the messages that DingTalk would receive for custom resources in files. Needs no cluster.',
  },
  diff: {
    description: "Say what applying custom resources would change in Argo CD's ConfigMap and Secret.",
  },
  adopt: {
    description:
      "Print the custom resources for the DingTalk webhooks that Argo CD's configuration has already.",
  },
  explain: {
    description:
      'Say why a subscription sends a message or none, step by step, from what the cluster has now.',
    argument: {
      name: '<what...>',
      description:
        'NAMESPACE/NAME of a NotificationSubscription; robot or template before it for one of those',
    },
  },
  uninstall: {
    description: "Remove the operator's keys and annotations from Argo CD's objects, and nothing else.",
  },
} as const satisfies Readonly<Record<string, CommandDescription>>;

export type CommandName = keyof typeof COMMANDS;
