// Puts a brotli and a gzip form beside every text file of dist/, for the server to send as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
