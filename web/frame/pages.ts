// The pages there are. The side bar, the keys and the address all follow this list.

import type { Component } from 'svelte';
import Overview from '../panel/overview/Overview.svelte';
import type { IconName } from '../ui/Icon.svelte';

export interface Page {
  path: string;
  name: string;
  icon: IconName;
  /** Typed after g. */
  key: string;
  component: Component;
}

export const PAGES: readonly Page[] = [
  { path: '/', name: 'Overview', icon: 'overview', key: 'o', component: Overview },
];
