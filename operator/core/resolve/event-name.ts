import type { SubscribedEvent } from '../../api/types.generated.ts';

/** The name of a subscription's event: its own, else that of its trigger. */
export const eventName = ({ name, trigger }: SubscribedEvent): string => name ?? trigger ?? '';
