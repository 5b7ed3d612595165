import type { ServerResponse } from 'node:http';

/**
 * What happens instead of an answer: an HTTP status, `hang` (nothing), `cut` (the connection breaks), `lost` (the request is done, and then the
 * connection breaks), `redirect`, `huge` (an answer that does not end), `page` (HTML with status 200).
 */
export type GiteeObstacle =
  | 401
  | 403
  | 404
  | 422
  | 429
  | 500
  | 502
  | 503
  | 'hang'
  | 'cut'
  | 'lost'
  | 'redirect'
  | 'huge'
  | 'page';

const MESSAGES: Readonly<Record<number, string>> = {
  401: '401 Unauthorized: Access token does not exist',
  403: '403 Forbidden',
  404: '404 Project Not Found',
  422: 'the hook does not have a valid value',
  429: '429 Too Many Requests',
};

/** Answers an error in Gitee's form. */
export function refuse(response: ServerResponse, status: number, message = MESSAGES[status]): void {
  if (message === undefined) {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(`<html><body><h1>${status}</h1></body></html>`);
    return;
  }
  const headers = { 'content-type': 'application/json', ...(status === 429 && { 'retry-after': '1' }) };
  response.writeHead(status, headers).end(JSON.stringify({ message }));
}

/** Does what happens instead of an answer. `url` is the request's, which a hostile server may echo. */
export function obstruct(
  response: ServerResponse,
  obstacle: Exclude<GiteeObstacle, 'lost'>,
  url: string,
): void {
  if (typeof obstacle === 'number') refuse(response, obstacle);
  else if (obstacle === 'cut') response.destroy();
  else if (obstacle === 'redirect') response.writeHead(307, { location: `https://127.0.0.1:9${url}` }).end();
  else if (obstacle === 'page') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>sign in to see ${url}</html>`);
  } else if (obstacle === 'huge') {
    const more = (): void => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', more).on('error', () => response.destroy());
    response.writeHead(200, { 'content-type': 'application/json' });
    more();
  }
}
