// Serves the built page with an invented shop, to look at it without the program:
//   node tests/browser/fixture.mjs [--port 8099] [--mode data|empty|error|down|slow] [--trait negative|gap|…]

import { parseArgs } from 'node:util';
import { Fixture } from './lib/fixture.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8099' },
    mode: { type: 'string', default: 'data' },
    scale: { type: 'string', default: '1' },
    trait: { type: 'string', multiple: true, default: [] },
  },
});
const fixture = new Fixture();
fixture.reset({
  scale: Number(values.scale),
  ...Object.fromEntries(values.trait.map((name) => [name, name !== 'visits'])),
});
fixture.mode = values.mode;
await fixture.start(Number(values.port));
console.log(fixture.address);
