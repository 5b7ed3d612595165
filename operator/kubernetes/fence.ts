import type { Dispatcher } from 'undici';

/** A write was not sent, because this replica may not write any more. Another replica may have begun to. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
}

/** Says until when this process may write. */
export interface Fence {
  /** How long writes are still allowed, in milliseconds, by the clock that says less; 0 or less if they are not. */
  leftMs(): number;
}

/** @throws NotLeadingError if writes are not allowed now */
export function passFence(fence: Fence, name: string): number {
  const left = fence.leftMs();
  if (left <= 0)
    throw new NotLeadingError(`${name}: not sent, since this replica does not hold the Lease any more`);
  return left;
}

/** A dispatcher that asks the fence immediately before it writes a request to the socket. */
export function fencedDispatcher(dispatcher: Dispatcher, fence: Fence, name: string): Dispatcher {
  return dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          try {
            passFence(fence, name);
          } catch (error) {
            controller.abort(error as Error);
            return;
          }
          handler.onRequestStart?.(controller, context);
        },
        onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
        onResponseStart: (...args) => handler.onResponseStart?.(...args),
        onResponseData: (...args) => handler.onResponseData?.(...args),
        onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
        onResponseError: (...args) => handler.onResponseError?.(...args),
      }),
  );
}
