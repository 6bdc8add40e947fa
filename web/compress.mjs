// Puts a brotli and a gzip form beside every text file of dist/, for the server to send as they are, and refuses
// a page that grew too large.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('./dist', import.meta.url).pathname;
const texts = /\.(html|js|css|svg|json)$/;

function pack(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) pack(path);
    else if (texts.test(name)) {
      const plain = readFileSync(path);
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
      for (const [ending, packed] of [
        ['.br', brotliCompressSync(plain, quality)],
        ['.gz', gzipSync(plain, { level: 9 })],
      ]) {
        if (packed.length < plain.length) writeFileSync(path + ending, packed);
      }
    }
  }
}

pack(dist);

// What a visit may cost: all files of the page together, and what is there before the first figures.
const MOST_FIRST = 60_000;
const MOST_IN_ALL = 260_000;

const packedSize = (path) => {
  const packed = join(dist, `${path}.br`);
  return statSync(existsSync(packed) ? packed : join(dist, path)).size;
};
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const first = ['index.html', ...[...html.matchAll(/(?:src|href)="\/(?!api\/)([^"]+)"/g)].map(([, path]) => path)];
const assets = readdirSync(join(dist, 'assets')).filter((name) => /\.(js|css)$/.test(name));
const all = [...new Set([...first, ...assets.map((name) => `assets/${name}`)])];
const sum = (paths) => paths.reduce((total, path) => total + packedSize(path), 0);

console.log(`first load ${(sum(first) / 1000).toFixed(1)} kB, all pages ${(sum(all) / 1000).toFixed(1)} kB (brotli)`);
if (sum(first) > MOST_FIRST || sum(all) > MOST_IN_ALL) {
  console.error(
    `The page is too large: at most ${MOST_FIRST / 1000} kB before the first figures and ${MOST_IN_ALL / 1000} kB in all. ` +
      'Load what is not needed first with import().',
  );
  process.exit(1);
}
