import { ask, parse, problemFrom, type Problem } from '../../api/client';
import { live } from '../../state/live.svelte';
import type { Message, MessagePage } from '../../api/types';

const FOLLOW_MS = 400;
const KEPT = 500;

export interface MessageQuestion {
  topic: string;
  from: string;
  partition: string;
  filter: string;
  limit: number;
}

/** The messages that one question found, and those that come after them. */
export class MessageFeed {
  messages = $state.raw<Message[]>([]);
  page = $state.raw<MessagePage | null>(null);
  problem = $state.raw<Problem | null>(null);
  pending = $state(false);
  following = $state(false);
  /** Seen since following began, and those that were too many to be shown. */
  came = $state(0);
  passedOver = $state(0);
  question: MessageQuestion | null = null;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(question: MessageQuestion): Promise<void> {
    this.stop();
    this.question = question;
    const page = await this.#ask(question, { from: question.from });
    if (!page) return;
    this.page = page;
    this.messages = page.messages;
  }

  /** What comes behind the last message that is shown. */
  async more(): Promise<void> {
    if (!this.question || !this.page) return;
    const page = await this.#ask(this.question, { after: this.#after() });
    if (!page) return;
    this.page = page;
    this.messages = [...this.messages, ...page.messages];
  }

  async follow(question: MessageQuestion): Promise<void> {
    await this.load({ ...question, from: 'latest' });
    if (!this.page || this.problem) return;
    this.following = true;
    this.came = this.passedOver = 0;
    this.#again();
  }

  stop() {
    this.following = false;
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
    this.pending = false;
  }

  #again() {
    this.#timer = setTimeout(() => void this.#step(), FOLLOW_MS);
  }

  async #step() {
    if (!this.following || !this.question) return;
    if (!live.visible) return this.#again();
    const page = await this.#ask(this.question, { after: this.#after(), follow: '1' });
    if (!this.following) return;
    if (page) {
      this.page = page;
      this.came += page.messages.length + page.passed_over;
      this.passedOver += page.passed_over;
      if (page.messages.length)
        this.messages = [...[...page.messages].reverse(), ...this.messages].slice(0, KEPT);
    }
    this.#again();
  }

  #after(): string {
    return Object.entries(this.page?.next ?? {})
      .map(([partition, offset]) => `${partition}:${offset}`)
      .join(',');
  }

  async #ask(question: MessageQuestion, place: Record<string, string>): Promise<MessagePage | null> {
    const query = new URLSearchParams({ ...place, limit: String(question.limit) });
    if (question.partition) query.set('partition', question.partition);
    if (question.filter) query.set('filter', question.filter);
    const running = new AbortController();
    this.#running?.abort();
    this.#running = running;
    this.pending = true;
    try {
      const path = `/api/topics/${encodeURIComponent(question.topic)}/messages?${query.toString()}`;
      const page = parse<MessagePage>(await ask(path, running.signal));
      if (this.#running !== running) return null;
      this.problem = null;
      return page;
    } catch (error) {
      if (this.#running === running) this.problem = problemFrom(error);
      return null;
    } finally {
      if (this.#running === running) this.pending = false;
    }
  }
}
