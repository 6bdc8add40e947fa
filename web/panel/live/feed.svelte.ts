import { parse, Problem } from '../../api/client';
import { LiveConnection } from './connection';
import type { LiveDocument } from './document';

/** After so long without a document, beyond the chosen interval, the figures count as old. */
const STALE_MS = 10_000;

/** Seconds between two questions; 0: as the stream commits. */
export const INTERVALS = [0, 5, 10, 30, 60] as const;

/** What the page Live shows: the latest document, and how far it can be believed. */
export class LiveFeed {
  document = $state.raw<LiveDocument | null>(null);
  /** Why the last question failed; null again with the next document. */
  problem = $state.raw<Problem | null>(null);
  stale = $state(false);
  /** The moment since which nothing is renewed. */
  paused = $state<number | null>(null);

  #connection = new LiveConnection({
    heard: (text) => this.#take(text),
    failed: (problem) => (this.problem = problem),
  });
  #waiting = '';
  #frame = 0;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #interval = 0;

  /** `seconds`: one of INTERVALS. */
  start(seconds: number) {
    this.#interval = seconds * 1000;
    this.#connection.start(this.#interval);
    this.#expect();
  }

  stop() {
    this.#connection.stop();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    clearTimeout(this.#doubt);
  }

  again = () => {
    this.problem = null;
    this.start(this.#interval / 1000);
  };

  toggle = () => (this.paused = this.paused === null ? Date.now() : null);

  #take(text: string) {
    this.#waiting = text;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    try {
      this.document = parse<LiveDocument>(this.#waiting);
    } catch (error) {
      if (error instanceof Problem) this.problem = error;
      return;
    }
    this.problem = null;
    this.stale = false;
    this.#expect();
  }

  #expect() {
    clearTimeout(this.#doubt);
    this.#doubt = setTimeout(() => (this.stale = true), this.#interval + STALE_MS);
  }
}
