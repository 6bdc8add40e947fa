// Writes ../generated/answers.ts, the types of what the program answers, from ../../schemas/api/answers.json: the same source
// that the program's OpenAPI document has.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const { schemas } = JSON.parse(read('../../schemas/api/answers.json'));

const text = (value) => `'${value}'`;
const literal = (value) => (typeof value === 'string' ? text(value) : String(value));
const SIMPLE = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.allOf) return typeOf(schema.allOf[0]);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`;
  if (schema.type === 'array') {
    const item = typeOf(schema.items);
    return item.includes(' ') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return schema.properties ? fieldsOf(schema) : `Record<string, ${valuesOf(schema)}>`;
  if (!SIMPLE[schema.type]) throw new Error(`answers.json: no type for ${JSON.stringify(schema)}`);
  return SIMPLE[schema.type];
}

const valuesOf = (schema) => (schema.additionalProperties ? typeOf(schema.additionalProperties) : 'never');

function fieldsOf(schema) {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const comment = field.description ? `/** ${field.description} */ ` : '';
    return `${comment}${name}${required.has(name) ? '' : '?'}: ${typeOf(field)};`;
  });
  return `{ ${fields.join(' ')} }`;
}

const types = Object.entries(schemas).map(([name, schema]) => {
  const comment = schema.description ? `/** ${schema.description} */\n` : '';
  return `${comment}export type ${name} = ${typeOf(schema)};\n`;
});
const folder = new URL('../generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL('answers.ts', folder),
  `// Written by api/generate.mjs from schemas/api/answers.json.\n\n${types.join('\n')}`,
);
