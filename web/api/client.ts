// Asks the program and turns every way of failing into one Problem that a panel can show.

export class Problem extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly remedy: string,
    /** It may not be seen by who asks. */
    readonly forbidden = false,
  ) {
    super(title);
  }
}

const unreachable = () =>
  new Problem(
    'Souk does not answer',
    'The page could not reach the program that serves it.',
    'Check that “souk up” is still running; the page comes back by itself.',
  );

const text = (value: unknown, otherwise = '') => (typeof value === 'string' && value ? value : otherwise);

async function problemOf(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed && typeof parsed === 'object') body = parsed as Record<string, unknown>;
  } catch {
    // An answer that is not a problem document still has its status line.
  }
  if (response.status === 401 || response.status === 403) {
    return new Problem(
      'You may not see this',
      text(body.detail),
      text(body.remedy, 'Ask whoever runs this Souk to let you.'),
      true,
    );
  }
  return new Problem(
    text(body.title, `The answer was ${response.status} ${response.statusText}`.trim()),
    text(body.detail),
    text(body.remedy),
  );
}

async function answerOf(path: string, init: RequestInit): Promise<string> {
  const { signal } = init;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  try {
    return await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
}

/**
 * The text of an answer. The browser's cache revalidates by ETag, so asking again for what has not
 * changed costs a 304. Rejects with a Problem, or with the signal's AbortError when superseded.
 */
export const ask = (path: string, signal?: AbortSignal): Promise<string> =>
  answerOf(path, { signal: signal ?? null, headers: { Accept: 'application/json' } });

/** Changes something. A body that is no Blob is sent as JSON. Rejects as `ask` does. */
export async function send<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const blob = body instanceof Blob;
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Souk': '1' };
  if (body !== undefined) headers['Content-Type'] = blob ? 'application/octet-stream' : 'application/json';
  const content = blob ? body : body === undefined ? null : JSON.stringify(body);
  return parse<T>(await answerOf(path, { method, headers, body: content, signal: signal ?? null }));
}

/** Whatever failed as a Problem. */
export const problemFrom = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem('The page failed', String(error), 'Reload the page.');

export function parse<T>(body: string): T {
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new Problem(
      'The answer could not be read',
      'It is not valid JSON.',
      'Reload the page; if it stays, look at the program’s log.',
    );
  }
}
