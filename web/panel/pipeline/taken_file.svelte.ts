import { problemFrom, send, type Problem } from '../../api/client';
import { FollowedJob } from './follow_job.svelte';

interface Begun {
  id: string;
  name: string;
  received: number;
  piece_bytes: number;
}

type Stage = 'sending' | 'looking' | 'looked' | 'taking' | 'taken' | 'failed' | 'gone';

/** A file on its way into the lake: sent in pieces, looked at, and taken when somebody says so. */
export class TakenFile {
  stage = $state<Stage>('sending');
  sent = $state(0);
  record = $state('');
  job = $state<FollowedJob | null>(null);
  problem = $state.raw<Problem | null>(null);
  #id = '';
  #stopped = new AbortController();

  constructor(readonly file: File) {}

  async begin(): Promise<void> {
    this.problem = null;
    this.stage = 'sending';
    try {
      const { signal } = this.#stopped;
      const upload = await send<Begun>('POST', '/api/uploads', { name: this.file.name, bytes: this.file.size }, signal);
      this.#id = upload.id;
      for (this.sent = 0; this.sent < this.file.size; ) {
        const piece = this.file.slice(this.sent, this.sent + upload.piece_bytes);
        const path = `/api/uploads/${upload.id}?offset=${this.sent}`;
        this.sent = (await send<Begun>('PUT', path, piece, signal)).received;
      }
      await this.look();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Shows how the columns would be taken; writes nothing. */
  look(): Promise<void> {
    return this.#run(true, false);
  }

  take(again = false): Promise<void> {
    return this.#run(false, again);
  }

  /** Given up, or done with: what was sent is removed, unless a job reads it. */
  leave() {
    this.#stopped.abort();
    this.job?.stop();
    if (this.#id && this.stage !== 'taking') {
      void send('DELETE', `/api/uploads/${this.#id}`).catch(() => {});
    }
    this.stage = 'gone';
  }

  async #run(dry: boolean, replace: boolean): Promise<void> {
    this.problem = null;
    this.stage = dry ? 'looking' : 'taking';
    try {
      this.job?.stop();
      this.job = null;
      const how = { as: this.record, dry_run: dry, replace };
      const { id } = await send<{ id: number }>('POST', `/api/uploads/${this.#id}/ingest`, how);
      this.job = new FollowedJob(id);
      const state = await this.job.ended;
      if (dry) this.stage = 'looked';
      else this.stage = state === 'done' ? 'taken' : 'looked';
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown) {
    if (this.#stopped.signal.aborted) return;
    this.problem = problemFrom(error);
    this.stage = 'failed';
  }
}
