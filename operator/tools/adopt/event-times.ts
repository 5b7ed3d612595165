/** The parts of an Application that the times of its events need. */
export interface TimedApplication {
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly project?: string } | null;
  readonly status?: {
    readonly operationState?: {
      readonly phase?: string;
      readonly startedAt?: string;
      readonly finishedAt?: string;
      readonly syncResult?: { readonly revision?: string } | null;
    } | null;
    readonly health?: { readonly status?: string; readonly lastTransitionTime?: string } | null;
    readonly sync?: { readonly revision?: string } | null;
    readonly conditions?: readonly { readonly lastTransitionTime?: string }[] | null;
  };
}

/** The moments of an Application's latest events, by the kind of event: RFC 3339, in UTC and whole seconds. */
export type EventTimes = Readonly<Record<string, string>>;

/** All times that can date an event of the catalogue or an event with a time derived from its condition. */
export function eventTimes({ metadata, status }: TimedApplication): EventTimes {
  const { operationState, health, conditions } = status ?? {};
  const explained = (conditions ?? []).map(({ lastTransitionTime = '' }) => lastTransitionTime).sort();
  const all = {
    creation: metadata.creationTimestamp,
    deletion: metadata.deletionTimestamp,
    'start of a sync': operationState?.startedAt,
    'end of a sync': operationState?.finishedAt,
    'change of health': health?.lastTransitionTime,
    condition: explained.at(-1),
  };
  return Object.fromEntries(Object.entries(all).filter(([, time]) => time)) as Record<string, string>;
}

/** The latest event of all; undefined if there is none. */
export function youngestOf(applications: readonly TimedApplication[]): string | undefined {
  let youngest: string | undefined;
  for (const application of applications) {
    for (const time of Object.values(eventTimes(application))) {
      if (youngest === undefined || time > youngest) youngest = time;
    }
  }
  return youngest;
}

/** `namespace/name`. */
export const applicationName = ({ metadata }: TimedApplication): string =>
  `${metadata.namespace ?? 'default'}/${metadata.name}`;
