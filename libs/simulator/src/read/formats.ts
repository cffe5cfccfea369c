/** The register of trace formats: the export's name is the name to give. */
export { arc, lines, lirs } from './text-formats.js';
export { csv } from './csv.js';
