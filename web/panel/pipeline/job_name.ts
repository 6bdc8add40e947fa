import type { Job } from '../../api/types';

const last = (path: string) => path.split('/').at(-1) ?? path;
/** What a job does, as a person would say it. The words typed are shown beside it. */
export function jobName(job: Pick<Job, 'verb' | 'args'>): string {
  const [first = ''] = job.args;
  if (job.verb === 'build') return job.args.includes('--full') ? 'Build of everything' : 'Build';
  if (job.verb === 'ingest') return `Files: ${last(first)}`;
  if (job.verb === 'quarantine') return `Quarantine, read again: ${last(job.args.at(-1) ?? '')}`;
  if (job.verb === 'raw') return 'Raw zone';
  return job.verb.charAt(0).toUpperCase() + job.verb.slice(1);
}
export const typed = (job: Pick<Job, 'verb' | 'args'>): string => ['souk', job.verb, ...job.args].join(' ');
