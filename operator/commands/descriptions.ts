/** A command's entry in the list of commands; it is known before the command is loaded. */
export interface CommandDescription {
  readonly description: string;
  /** The argument after the command's name. */
  readonly argument?: {
    readonly name: string;
    readonly description: string;
    readonly choices?: readonly string[];
  };
}

/** The commands, in the order in which --help lists them. */
export const COMMANDS = {
  operator: {
    description:
      'Run the operator, which keeps the notifications of Argo CD as the custom resources declare them.',
  },
  relay: {
    description:
      "Run the relay, which sends the messages of robots with delivery Relay and reports DingTalk's answers.",
  },
  lint: {
    description:
      'Check custom resources in files as the API server and the operator check them. Needs no cluster.',
  },
  send: {
    description: "Send a test message to a robot's group now, and explain DingTalk's answer.",
  },
  catalogue: {
    description: 'List the triggers that events of a subscription can name. Needs no cluster.',
  },
  render: {
    description:
      'Print the ConfigMap and Secret of Argo CD that result from custom resources in files. Needs no cluster.',
  },
  preview: {
    description:
      'Show the messages that DingTalk would receive for custom resources in files. Needs no cluster.',
  },
  diff: {
    description: "Show how applying custom resources would change Argo CD's ConfigMap and Secret.",
  },
  adopt: {
    description: "Print custom resources that replace the DingTalk webhooks in Argo CD's own configuration.",
  },
  explain: {
    description:
      'Explain step by step, from the present state of a cluster, why a subscription sends a message or none.',
    argument: {
      name: '<resource...>',
      description:
        'NAMESPACE/NAME of a NotificationSubscription, or robot NAMESPACE/NAME, or template NAMESPACE/NAME',
    },
  },
  uninstall: {
    description: "Remove the operator's keys and annotations from Argo CD's objects, and nothing else.",
  },
  'relay-queue': {
    description: "List, show, retry or drop the messages in a relay's store. Needs no cluster.",
    argument: {
      name: '<action...>',
      description: 'list, show ID, retry ID or drop ID; several IDs can follow',
    },
  },
  completion: {
    description: 'Print a script that lets a shell complete commands, options and values.',
    argument: {
      name: '<shell>',
      description: 'the shell that reads the script',
      choices: ['bash', 'zsh', 'fish'],
    },
  },
} as const satisfies Readonly<Record<string, CommandDescription>>;

export type CommandName = keyof typeof COMMANDS;
