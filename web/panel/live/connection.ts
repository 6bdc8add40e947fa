// The connection to /api/live. All visible tabs of one browser share one: the tab that holds the lock keeps
// the stream and hands on what it hears. Without locks (a page over plain HTTP from another machine has
// none) each tab keeps its own.

import { ask, Problem } from '../../api/client';

/** At most so often is a document handed on. */
const EVERY_MS = 250;
/** After so long without a document one is asked for: in a quiet shop time goes on too. */
const QUIET_MS = 4000;
const RETRY_MS = 3000;
const NAME = 'souk.live';
const PATH = '/api/live';

type Told = { text: string } | { problem: { title: string; detail: string; remedy: string } } | 'hello';

export interface Listener {
  /** A document, as text. */
  heard(text: string): void;
  failed(problem: Problem): void;
}

export class LiveConnection {
  #channel: BroadcastChannel | null = null;
  #lock: AbortController | null = null;
  #release: (() => void) | null = null;
  #asking: AbortController | null = null;
  #source: EventSource | null = null;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #last = '';
  #next = '';

  constructor(private readonly listener: Listener) {}

  start() {
    this.stop();
    if (!navigator.locks) return this.#lead();
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = (event: MessageEvent<Told>) => this.#hear(event.data);
    this.#channel.postMessage('hello' satisfies Told);
    this.#lock = new AbortController();
    const held = () =>
      new Promise<void>((release) => {
        this.#release = release;
        this.#lead();
      });
    // Given up while it waits, the request ends with an AbortError.
    navigator.locks.request(NAME, { signal: this.#lock.signal }, held).catch(() => {});
  }

  stop() {
    this.#lock?.abort();
    this.#release?.();
    this.#asking?.abort();
    this.#source?.close();
    this.#channel?.close();
    this.#lock = this.#release = this.#asking = this.#source = this.#channel = null;
    for (const timer of [this.#quiet, this.#due, this.#again]) clearTimeout(timer);
    this.#due = undefined;
    this.#last = this.#next = '';
  }

  #lead() {
    this.#open();
    void this.#ask();
  }

  #open() {
    const source = new EventSource(PATH);
    this.#source = source;
    source.addEventListener('live', (event) => this.#take((event as MessageEvent<string>).data));
    source.onerror = () => {
      // The browser reconnects by itself except after an answer that was no stream.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#open(), RETRY_MS);
    };
  }

  /** Asks for the document: when it begins, and whenever the stream has been quiet for long. */
  async #ask() {
    this.#wait();
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const text = await ask(`${PATH}/now`, asking.signal);
      if (this.#asking === asking) this.#take(text);
    } catch (error) {
      if (this.#asking !== asking) return;
      const { title, detail, remedy } =
        error instanceof Problem ? error : new Problem('The page failed', String(error), 'Reload the page.');
      this.#tell({ problem: { title, detail, remedy } });
    }
  }

  #wait() {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => void this.#ask(), QUIET_MS);
  }

  /** Hands on the latest of what comes: the first at once, the following ones not too often. */
  #take(text: string) {
    this.#wait();
    this.#next = text;
    if (this.#due === undefined) this.#pass();
  }

  #pass = () => {
    this.#due = undefined;
    if (!this.#next) return;
    this.#last = this.#next;
    this.#next = '';
    this.#tell({ text: this.#last });
    this.#due = setTimeout(this.#pass, EVERY_MS);
  };

  #tell(told: Told) {
    this.#channel?.postMessage(told);
    this.#hear(told);
  }

  #hear(told: Told) {
    if (told === 'hello') {
      if (this.#last) this.#channel?.postMessage({ text: this.#last } satisfies Told);
    } else if ('text' in told) {
      this.listener.heard(told.text);
    } else {
      const { title, detail, remedy } = told.problem;
      this.listener.failed(new Problem(title, detail, remedy));
    }
  }
}
