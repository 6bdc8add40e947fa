// A test that fails is tried once more: a browser, a program and a test run on clocks of their own. What failed at
// first is told, so that it is not forgotten.

const unsteady = [];

/** `t` whose tests have a second try. */
export const steady = (t) => ({
  diagnostic: (text) => t.diagnostic(text),
  test: (name, ...rest) => {
    const steps = rest.pop();
    return t.test(name, ...rest, async (inner) => {
      try {
        await steps(inner);
      } catch (error) {
        unsteady.push(`${name}: ${error.message}`);
        inner.diagnostic(`failed at first: ${error.stack}`);
        await steps(inner);
      }
    });
  },
});

/** Prints which tests were tried twice, and why. */
export function tellUnsteady() {
  if (unsteady.length > 0) console.log(`tried twice: ${unsteady.length}\n  ${unsteady.join('\n  ')}`);
}
