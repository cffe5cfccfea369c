// Run in a folder that has the packed nuthatch installed: `node load-all.mjs nuthatch nuthatch/engine ...`
// imports each name as ESM, then requires each as CommonJS, and fails where a user of either would be surprised.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const names = process.argv.slice(2);
const require = createRequire(import.meta.url);

const imported = new Map();
for (const name of names) imported.set(name, await import(name));
const required = new Map(names.map((name) => [name, require(name)]));

for (const [format, modules] of Object.entries({ imported, required })) {
  for (const [name, module] of modules)
    assert.notEqual(Object.keys(module).length, 0, `${format} ${name} is empty`);
  assertOneIdentity(format, modules);
}
for (const name of names) {
  assert.deepEqual(
    exportsOf(required.get(name)),
    exportsOf(imported.get(name)),
    `${name} differs between formats`,
  );
}
console.log(`imported and required: ${names.join(', ')}`);

/** A class that two subpaths export must be one class, or `instanceof` and Nest's tokens break. */
function assertOneIdentity(format, modules) {
  const engine = modules.get('nuthatch/engine');
  for (const [name, module] of modules) {
    // The drop-in has the names of another package.
    const shared = name === 'nuthatch/compat' ? [] : exportsOf(module).filter((key) => key in engine);
    for (const key of shared) assert.equal(module[key], engine[key], `${format} ${name} has its own ${key}`);
    if (name === 'nuthatch')
      assert.ok(shared.includes('Cache'), `${format} nuthatch does not export the engine's Cache`);
  }
}

function exportsOf(module) {
  return Object.keys(module)
    .filter((key) => key !== '__esModule')
    .sort();
}
