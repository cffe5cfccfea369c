/** The register of write policies: the export's name is the name to configure. A new one is a file and a line here. */
export { writeAround } from './write-around.js';
export { writeBack } from './write-back.js';
export { writeThrough } from './write-through.js';
