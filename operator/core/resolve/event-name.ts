import type { SubscribedEvent } from '../../api/types.generated.ts';

/** How an event of a subscription is called: by its own name, else by its trigger's. */
export const eventName = ({ name, trigger }: SubscribedEvent): string => name ?? trigger ?? '';
