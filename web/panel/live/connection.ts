// The documents of /api/live. All visible tabs of one browser share one connection, and no tab hears of more than
// four a second. With an interval a tab asks by itself instead.

import { ask, problemFrom, Problem } from '../../api/client';
import { SharedSource } from '../../state/shared_source';

/** At most so often is a document handed on. */
const EVERY_MS = 250;
/** After so long without a document one is asked for: in a quiet shop time goes on too. */
const QUIET_MS = 4000;
const PATH = '/api/live';

type Told = { text: string } | { problem: { title: string; detail: string; remedy: string } };

export interface Listener {
  /** A document, as text. */
  heard(text: string): void;
  failed(problem: Problem): void;
}

export class LiveConnection {
  #asking: AbortController | null = null;
  #next: ReturnType<typeof setTimeout> | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;
  #interval = 0;
  #last = '';
  #waiting = '';
  #source = new SharedSource<Told>(PATH, 'live', {
    leads: () => void this.#ask(),
    event: (text) => this.#take(text),
    told: (told) => this.#hear(told),
    greeting: () => (this.#last ? { text: this.#last } : null),
  });

  constructor(private readonly listener: Listener) {}

  /** `interval` in milliseconds; 0: as the documents come. */
  start(interval: number) {
    this.stop();
    this.#interval = interval;
    if (interval > 0) void this.#ask();
    else this.#source.start();
  }

  stop() {
    this.#source.stop();
    this.#asking?.abort();
    this.#asking = null;
    clearTimeout(this.#next);
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#last = this.#waiting = '';
  }

  /** Asks for the document: when it begins, then at its interval or when the stream has been quiet for long. */
  async #ask() {
    this.#askLater();
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const text = await ask(`${PATH}/now`, asking.signal);
      if (this.#asking === asking) this.#take(text);
    } catch (error) {
      if (this.#asking !== asking) return;
      const { title, detail, remedy } = problemFrom(error);
      this.#tell({ problem: { title, detail, remedy } });
    }
  }

  #askLater() {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#ask(), this.#interval || QUIET_MS);
  }

  /** Hands on the latest of what comes: the first at once, the following ones not too often. */
  #take(text: string) {
    this.#askLater();
    this.#waiting = text;
    if (this.#due === undefined) this.#pass();
  }

  #pass = () => {
    this.#due = undefined;
    if (!this.#waiting) return;
    this.#last = this.#waiting;
    this.#waiting = '';
    this.#tell({ text: this.#last });
    this.#due = setTimeout(this.#pass, EVERY_MS);
  };

  #tell(told: Told) {
    if (this.#interval > 0) this.#hear(told);
    else this.#source.tell(told);
  }

  #hear(told: Told) {
    if ('text' in told) return this.listener.heard(told.text);
    const { title, detail, remedy } = told.problem;
    this.listener.failed(new Problem(title, detail, remedy));
  }
}
