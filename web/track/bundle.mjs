import { buildSync } from 'esbuild';

/** track.js, the tag for a shop's pages, as it is served. Called in the folder web/. */
export function trackText() {
  const options = { entryPoints: ['track/track.ts'], minify: true, format: 'iife', target: 'es2020', write: false };
  return buildSync(options).outputFiles[0].text;
}
