// What answers have to look like: schemas/api/answers.json, which the program's own answers are held against too.

import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const told = JSON.parse(readFileSync(new URL('../../../schemas/api/answers.json', import.meta.url), 'utf8'));
const ajv = formats(new Ajv({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'souk', components: { schemas: told.schemas } });

const routes = Object.entries(told.answers).map(([route, schema]) => {
  const [method, path] = route.split(' ');
  return { route, method, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), schema };
});
const validators = new Map();

function validatorOf(schema) {
  if (!validators.has(schema)) validators.set(schema, ajv.compile({ $ref: `souk#/components/schemas/${schema}` }));
  return validators.get(schema);
}

/** What is wrong with an answer, or with an event of a stream; null when nothing is. */
export function faultOf(method, path, value) {
  const found = routes.find((route) => route.method === method && route.pattern.test(path));
  if (!found) return `${method} ${path}: the program has no such answer`;
  const valid = validatorOf(found.schema);
  return valid(value) ? null : `${found.route}: ${ajv.errorsText(valid.errors.slice(0, 3), { dataVar: found.schema })}`;
}
