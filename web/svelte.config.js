// Svelte 5 reads TypeScript type annotations itself, so no preprocessor is needed.
export default { compilerOptions: { runes: true } };
