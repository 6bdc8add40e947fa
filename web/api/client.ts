// Asks the program and turns every way of failing into one Problem that a panel can show.

export class Problem extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly remedy: string,
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
  return new Problem(
    text(body.title, `The answer was ${response.status} ${response.statusText}`.trim()),
    text(body.detail),
    text(body.remedy),
  );
}

/**
 * The text of an answer. The browser's cache revalidates by ETag, so asking again for what has not
 * changed costs a 304. Rejects with a Problem, or with the signal's AbortError when superseded.
 */
export async function ask(path: string, signal?: AbortSignal): Promise<string> {
  let response: Response;
  try {
    response = await fetch(path, { signal: signal ?? null, headers: { Accept: 'application/json' } });
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
