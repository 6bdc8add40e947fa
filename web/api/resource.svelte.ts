import { ask, parse, problemFrom, type Problem } from './client';

/**
 * One answer of the program as a panel sees it: nothing yet, data, or a problem; and whether a newer
 * answer is on its way. Data stays while the same question is asked again, so figures change in place.
 */
export class Resource<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** An answer to another question than that of `data` is on its way. */
  pending = $state(false);

  #path = '';
  #dataPath = '';
  #body = '';
  #running: AbortController | null = null;

  /** Asks for `path`; a question still under way is given up. */
  async load(path: string): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#path = path;
    // Asking the same again in passing is nothing that somebody waits for.
    this.pending = path !== this.#dataPath;
    try {
      const body = await ask(path, running.signal);
      if (this.#running !== running) return;
      this.#take(path, body);
    } catch (error) {
      if (this.#running !== running) return;
      this.#fail(path, error);
    }
    this.#running = null;
    this.pending = false;
  }

  /** An answer is on its way, also one that nobody waits for. */
  get asking(): boolean {
    return this.#running !== null;
  }

  retry = () => {
    if (this.#path) void this.load(this.#path);
  };

  stop() {
    this.#running?.abort();
    this.#running = null;
    this.pending = false;
  }

  #take(path: string, body: string) {
    // The same answer again redraws nothing.
    if (body !== this.#body) {
      this.data = parse<T>(body);
      this.#body = body;
    }
    this.#dataPath = path;
    this.problem = null;
  }

  #fail(path: string, error: unknown) {
    this.problem = problemFrom(error);
    // Data of another question would be a wrong answer to this one; of the same question it is only old.
    if (this.#dataPath !== path) {
      this.data = null;
      this.#body = '';
    }
  }
}
