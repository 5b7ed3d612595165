import { expect, it } from 'vitest';
import { eventIn } from './testing/event.ts';
import { documentedFields, filledFields } from './testing/paths.ts';
import { PAYLOAD_NAMES, payload } from './testing/payloads.ts';

it('each documented field has a value in some payload, and no other field has one', () => {
  const found = PAYLOAD_NAMES.map((name) => {
    const body = payload(name);
    // The shapes are those of real payloads, where these have no values.
    for (const key of ['issue', 'pull_request']) {
      const ticket = body[key] as Record<string, unknown> | null | undefined;
      if (ticket)
        Object.assign(ticket, {
          milestone: { title: 'v2' },
          collaborators: [ticket.user],
          assignee: ticket.user,
        });
    }
    return filledFields(eventIn(body).roots);
  });
  expect([...new Set(found.flat())].sort()).toEqual(documentedFields().sort());
});
