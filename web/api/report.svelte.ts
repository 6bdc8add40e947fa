import { untrack } from 'svelte';
import { reportQuery, type Wish } from '../filter/choice';
import { filters } from '../filter/filters.svelte';
import { live } from '../state/live.svelte';
import { shop } from '../state/shop.svelte';
import { Resource } from './resource.svelte';
import type { Report } from './types';

/** A report's answer together with what was wished for beside the filter bar's choice. */
export class FollowedReport extends Resource<Report> {
  constructor(
    readonly name: string,
    private readonly wished: () => Wish,
  ) {
    super();
  }

  get wish(): Wish {
    return this.wished();
  }
}

/**
 * A report that follows the filter bar and the builds for as long as the calling component lives.
 * Call it while a component starts.
 */
export function follow(name: string, wish: () => Wish): FollowedReport {
  const resource = new FollowedReport(name, wish);
  // Only a shop with data has reports to ask for.
  const query = $derived(
    shop.data && !shop.data.empty ? reportQuery(filters.choice, shop.known, wish()) : null,
  );
  $effect(() => {
    void live.beat;
    if (query === null || !untrack(() => live.visible)) return;
    const path = `/api/reports/${name}${query ? `?${query}` : ''}`;
    untrack(() => void resource.load(path));
  });
  $effect(() => () => resource.stop());
  return resource;
}
