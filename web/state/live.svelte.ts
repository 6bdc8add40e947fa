import type { Change } from '../api/types';

/** How long a broken connection may heal itself before the page says that its figures may be old. */
const PATIENCE_MS = 4000;
const RETRY_MS = 3000;

/**
 * The connection to /api/changes. `beat` counts the reasons to ask again: a build, a connection that
 * came back, a tab that was opened again after one of these. A hidden tab holds no connection.
 */
class Live {
  beat = $state(0);
  lost = $state(false);
  visible = $state(!document.hidden);

  /** The build whose figures are shown; hearing of it again is no news. */
  version = '';

  #source: EventSource | null = null;
  #hidden = false;
  #wasDown = false;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  start() {
    document.addEventListener('visibilitychange', this.#turn);
    this.#turn();
    return () => {
      document.removeEventListener('visibilitychange', this.#turn);
      this.#close();
    };
  }

  #turn = () => {
    this.#hidden = !this.visible;
    this.visible = !document.hidden;
    if (!this.visible) return this.#close();
    if (this.#source) return;
    if (this.#hidden) this.beat++;
    this.#open();
  };

  #open() {
    const source = new EventSource('/api/changes');
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#failed(source);
    source.addEventListener('change', (event) => this.#changed(event as MessageEvent<string>));
  }

  #close() {
    clearTimeout(this.#doubt);
    clearTimeout(this.#again);
    this.#doubt = this.#again = undefined;
    this.#source?.close();
    this.#source = null;
  }

  #opened() {
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
    this.lost = false;
    // What happened meanwhile was not told, so ask; the browser's cache makes that cheap.
    if (this.#wasDown) this.beat++;
    this.#wasDown = false;
  }

  #failed(source: EventSource) {
    this.#wasDown = true;
    this.#doubt ??= setTimeout(() => (this.lost = true), PATIENCE_MS);
    // The browser reconnects by itself except after an answer that was no stream.
    if (source.readyState !== EventSource.CLOSED) return;
    this.#source = null;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#open(), RETRY_MS);
  }

  #changed(event: MessageEvent<string>) {
    try {
      const { version } = JSON.parse(event.data) as Change;
      if (version && version === this.version) return;
      this.version = version;
    } catch {
      // A change that cannot be read is a change all the same.
    }
    this.beat++;
  }
}

export const live = new Live();
