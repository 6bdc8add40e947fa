// Sizes of elements, read when they are known anyway: after the layout and before it is painted. Reading one
// earlier makes the browser lay out the page an additional time.

const watched = new WeakMap<Element, () => void>();
let observer: ResizeObserver | undefined;

/** An attachment that calls `changed` once an element has its size and whenever it gets another. */
export const sized =
  <E extends HTMLElement>(changed: (element: E) => void) =>
  (element: E) => {
    observer ??= new ResizeObserver((entries) => {
      for (const entry of entries) watched.get(entry.target)?.();
    });
    watched.set(element, () => changed(element));
    observer.observe(element);
    return () => {
      observer?.unobserve(element);
      watched.delete(element);
    };
  };
