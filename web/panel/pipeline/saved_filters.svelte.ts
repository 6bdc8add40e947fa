// Conditions on messages that somebody wants to find again, kept in this browser.

const KEY = 'souk.filters';
const MOST = 20;

function stored(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

class SavedFilters {
  list = $state(stored());

  has(filter: string): boolean {
    return this.list.includes(filter);
  }

  add(filter: string) {
    this.#set([filter, ...this.list.filter((each) => each !== filter)].slice(0, MOST));
  }

  remove(filter: string) {
    this.#set(this.list.filter((each) => each !== filter));
  }

  #set(list: string[]) {
    this.list = list;
    try {
      localStorage.setItem(KEY, JSON.stringify(list));
    } catch {
      // Without storage they hold until the page is left.
    }
  }
}

export const savedFilters = new SavedFilters();
