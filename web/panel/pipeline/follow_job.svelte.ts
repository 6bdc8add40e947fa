import { Problem } from '../../api/client';
import type { JobState, Progress } from '../../api/types';

/** One job as it goes on. */
export class FollowedJob {
  lines = $state<string[]>([]);
  progress = $state.raw<Progress | null>(null);
  state = $state<JobState>('queued');
  error = $state('');
  /** Follows to the end; rejects with a Problem when the program cannot be reached any more. */
  readonly ended: Promise<JobState>;
  #source: EventSource;

  constructor(readonly id: number) {
    this.#source = new EventSource(`/api/jobs/${id}/events`);
    this.ended = new Promise((resolve, reject) => this.#listen(resolve, reject));
    this.ended.catch(() => {});
  }

  stop() {
    this.#source.close();
  }

  #listen(resolve: (state: JobState) => void, reject: (problem: Problem) => void) {
    const source = this.#source;
    const on = <T>(name: string, take: (value: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
    // A connection that is made again tells everything again.
    source.onopen = () => (this.lines = []);
    on<Progress>('progress', (progress) => {
      this.progress = progress;
      this.state = 'running';
    });
    on<{ text: string }>('line', ({ text }) => this.lines.push(text));
    on<{ state: JobState; error: string }>('end', ({ state, error }) => {
      this.state = state;
      this.error = error;
      source.close();
      resolve(state);
    });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      reject(
        new Problem(
          'The job cannot be followed any more',
          `Souk does not answer about job ${this.id}.`,
          'Look at the list of jobs when it is back.',
        ),
      );
    };
  }
}
