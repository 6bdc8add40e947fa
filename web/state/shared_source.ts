// A stream of events that all visible tabs of one browser share: the tab that holds the lock keeps the
// connection and hands on what it hears. Without locks (a page over plain HTTP from another machine has none)
// each tab keeps its own.

const RETRY_MS = 3000;

export interface SharedListener<Told> {
  /** This tab keeps the connection now. */
  leads?(): void;
  /** What the connection says, to the tab that keeps it; `taken` the first time after another tab had one. */
  opened?(taken: boolean): void;
  failed?(): void;
  event(data: string): void;
  /** What the leading tab tells, to all of them. */
  told(told: Told): void;
  /** What a tab that has just come has to be told; null for nothing. */
  greeting(): Told | null;
}

interface Message<Told> {
  hello?: true;
  told?: Told;
}

export class SharedSource<Told> {
  #channel: BroadcastChannel | null = null;
  #lock: AbortController | null = null;
  #release: (() => void) | null = null;
  #source: EventSource | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly path: string,
    private readonly name: string,
    private readonly listener: SharedListener<Told>,
  ) {}

  get started(): boolean {
    return this.#lock !== null || this.#source !== null;
  }

  start() {
    this.stop();
    if (!navigator.locks) return this.#lead(false);
    this.#channel = new BroadcastChannel(this.path);
    this.#channel.onmessage = (event: MessageEvent<Message<Told>>) => this.#hear(event.data);
    this.#post({ hello: true });
    const lock = new AbortController();
    this.#lock = lock;
    void this.#wait(lock.signal);
  }

  stop() {
    this.#lock?.abort();
    this.#release?.();
    this.#source?.close();
    this.#channel?.close();
    this.#lock = this.#release = this.#source = this.#channel = null;
    clearTimeout(this.#again);
  }

  /** Tells all tabs, this one included. */
  tell(told: Told) {
    this.#post({ told });
    this.listener.told(told);
  }

  async #wait(signal: AbortSignal) {
    const lead = (taken: boolean) =>
      new Promise<void>((release) => {
        if (signal.aborted) return release();
        this.#release = release;
        this.#lead(taken);
      });
    try {
      // Whether somebody else leads is known before waiting: what they heard meanwhile may be missing here.
      const free = await navigator.locks.request(this.path, { ifAvailable: true }, async (lock) => {
        if (lock) await lead(false);
        return lock !== null;
      });
      if (!free) await navigator.locks.request(this.path, { signal }, () => lead(true));
    } catch {
      // Given up while it waited.
    }
  }

  #lead(taken: boolean) {
    this.listener.leads?.();
    this.#open(taken);
  }

  #open(taken: boolean) {
    const source = new EventSource(this.path);
    this.#source = source;
    source.onopen = () => {
      this.listener.opened?.(taken);
      taken = false;
    };
    source.addEventListener(this.name, (event) => this.listener.event((event as MessageEvent<string>).data));
    source.onerror = () => {
      this.listener.failed?.();
      // The browser reconnects by itself except after an answer that was no stream.
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#open(taken), RETRY_MS);
    };
  }

  #post(message: Message<Told>) {
    this.#channel?.postMessage(message);
  }

  #hear({ hello, told }: Message<Told>) {
    if (told !== undefined) this.listener.told(told);
    // Only who leads has a connection to speak of.
    const greeting = hello && this.#source ? this.listener.greeting() : null;
    if (greeting !== null) this.#post({ told: greeting });
  }
}
