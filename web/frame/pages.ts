// The pages there are. The side bar, the keys and the address all follow this list.

import type { Component } from 'svelte';
import Overview from '../panel/overview/Overview.svelte';
import { withoutRows } from '../state/rows_address';
import type { IconName } from '../ui/Icon.svelte';

export interface Page {
  path: string;
  name: string;
  icon: IconName;
  /** Typed after g. */
  key: string;
  /** Reports, with the filter bar above and nothing to show before the first build. */
  component?: Component;
  /** The same, fetched when it is opened. */
  part?: () => Promise<{ default: Component }>;
  /** A page that is fetched when it is opened, has a head of its own and needs no build. */
  load?: () => Promise<{ default: Component }>;
  /** It has pages below its path, and its own use of what stands behind the question mark. */
  deep?: boolean;
  /** The service whose running is marked with a dot. */
  service?: string;
}

export const PAGES: readonly Page[] = [
  { path: '/', name: 'Overview', icon: 'overview', key: 'o', component: Overview },
  {
    path: '/live',
    name: 'Live',
    icon: 'live',
    key: 'l',
    load: () => import('../panel/live/Live.svelte'),
    service: 'stream',
  },
  { path: '/sales', name: 'Sales', icon: 'sales', key: 's', part: () => import('../panel/sales/Sales.svelte') },
  {
    path: '/pipeline',
    name: 'Pipeline',
    icon: 'pipeline',
    key: 'p',
    load: () => import('../panel/pipeline/Pipeline.svelte'),
    deep: true,
  },
];

/** What stands behind the question mark of the last page with filters: it goes with one from page to page. */
let filters = '';

/** The address of `page` as one goes there from the present one. */
export function wayTo(page: Page, path: string, search: string): string {
  if (!pageAt(path)?.deep) filters = withoutRows(search);
  return page.path + (page.deep ? '' : filters);
}

/** The page of an address. */
export const pageAt = (path: string): Page | undefined =>
  PAGES.find((page) => page.path === path || (page.deep && path.startsWith(`${page.path}/`)));
