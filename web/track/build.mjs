// Puts track.js beside the page in dist/.
import { writeFileSync } from 'node:fs';
import { trackText } from './bundle.mjs';

writeFileSync('dist/track.js', trackText());
