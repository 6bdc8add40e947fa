import type { Snippet } from 'svelte';
import type { Attachment } from 'svelte/attachments';

const DELAY_MS = 80;
export const TIP_ID = 'tip';

/** The one explanation that is shown at a time. TipHost draws it. */
class Tips {
  content = $state.raw<Snippet | null>(null);
  anchor: Element | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(anchor: Element, content: Snippet, delay = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.anchor?.removeAttribute('aria-describedby');
      this.anchor = anchor;
      anchor.setAttribute('aria-describedby', TIP_ID);
      this.content = content;
    }, delay);
  }

  hide(anchor?: Element) {
    clearTimeout(this.#timer);
    if (anchor && anchor !== this.anchor) return;
    this.anchor?.removeAttribute('aria-describedby');
    this.anchor = null;
    this.content = null;
  }
}

export const tips = new Tips();

/** Explains an element while the mouse is over it or the keyboard's focus is on it. */
export const tip =
  (content: Snippet): Attachment<HTMLElement | SVGElement> =>
  (node) => {
    const enter = (event: Event) => {
      if ((event as PointerEvent).pointerType === 'mouse') tips.show(node, content, DELAY_MS);
    };
    const focus = () => {
      if (node.matches(':focus-visible')) tips.show(node, content);
    };
    const leave = () => tips.hide(node);
    node.addEventListener('pointerenter', enter);
    node.addEventListener('pointerleave', leave);
    node.addEventListener('focus', focus);
    node.addEventListener('blur', leave);
    return () => {
      leave();
      node.removeEventListener('pointerenter', enter);
      node.removeEventListener('pointerleave', leave);
      node.removeEventListener('focus', focus);
      node.removeEventListener('blur', leave);
    };
  };
