import type { Change } from '../api/types';
import { SharedSource } from './shared_source';

/** How long a broken connection may heal itself before the page says that its figures may be old. */
const PATIENCE_MS = 4000;

type Told = { change: string } | { connected: boolean } | 'ask again';

/**
 * The builds, from /api/changes. `beat` counts the reasons to ask again: a build, a connection that came back,
 * a tab that was opened again after one of these. All visible tabs share one connection, a hidden one has none.
 */
class Live {
  beat = $state(0);
  lost = $state(false);
  visible = $state(!document.hidden);

  /** The build whose figures are shown; hearing of it again is no news. */
  version = '';

  #connected = true;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #source = new SharedSource<Told>('/api/changes', 'change', {
    opened: (taken) => {
      // What happened while the connection changed hands was told to nobody.
      if (taken) this.#source.tell('ask again');
      this.#tellConnected(true);
    },
    failed: () => this.#tellConnected(false),
    event: (data) => this.#source.tell({ change: data }),
    told: (told) => this.#take(told),
    greeting: () => (this.#connected ? null : { connected: false }),
  });

  start() {
    document.addEventListener('visibilitychange', this.#turn);
    if (this.visible) this.#source.start();
    return () => {
      document.removeEventListener('visibilitychange', this.#turn);
      this.#close();
    };
  }

  #turn = () => {
    const before = this.visible;
    this.visible = !document.hidden;
    if (!this.visible) return this.#close();
    if (before) return;
    this.beat++;
    this.#source.start();
  };

  #close() {
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
    this.#connected = true;
    this.#source.stop();
  }

  #tellConnected(connected: boolean) {
    if (connected !== this.#connected) this.#source.tell({ connected });
  }

  #take(told: Told) {
    if (told === 'ask again') this.beat++;
    else if ('change' in told) this.#changed(told.change);
    else if (told.connected) this.#healed();
    else this.#broke();
  }

  #healed() {
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
    this.lost = false;
    // What happened meanwhile was not told, so ask; the browser's cache makes that cheap.
    if (!this.#connected) this.beat++;
    this.#connected = true;
  }

  #broke() {
    this.#connected = false;
    this.#doubt ??= setTimeout(() => (this.lost = true), PATIENCE_MS);
  }

  #changed(text: string) {
    try {
      const { version } = JSON.parse(text) as Change;
      if (version && version === this.version) return;
      this.version = version;
    } catch {
      // A change that cannot be read is a change all the same.
    }
    this.beat++;
  }
}

export const live = new Live();
