// The address of the page as state: where we are, and what is chosen there.

class Address {
  path = $state(location.pathname);
  search = $state(location.search);

  constructor() {
    addEventListener('popstate', () => this.#read());
  }

  /** Goes to another address inside the page; the back button returns. */
  go(target: string) {
    const to = new URL(target, location.href);
    if (to.pathname + to.search === location.pathname + location.search) return;
    history.pushState(null, '', to.pathname + to.search);
    this.#read();
  }

  #read() {
    this.path = location.pathname;
    this.search = location.search;
  }
}

export const address = new Address();
