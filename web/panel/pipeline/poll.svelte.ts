import { untrack } from 'svelte';
import { Resource } from '../../api/resource.svelte';
import { live } from '../../state/live.svelte';

/**
 * An answer that is asked for again from time to time while the page is looked at, for as long as the calling
 * component lives. Nothing is asked for while `path` gives null. `every` is in ms; 0: only once.
 */
export function poll<T>(path: () => string | null, every: number | (() => number)): Resource<T> {
  const resource = new Resource<T>();
  const wanted = $derived(path());
  const everyMs = $derived(typeof every === 'number' ? every : every());
  $effect(() => {
    if (wanted !== null && live.visible) untrack(() => void resource.load(wanted));
  });
  $effect(() => {
    const now = wanted;
    if (now === null || !live.visible || !everyMs) return;
    const again = setInterval(() => !resource.asking && void resource.load(now), everyMs);
    return () => clearInterval(again);
  });
  $effect(() => () => resource.stop());
  return resource;
}
