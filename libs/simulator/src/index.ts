export { missRatioCurves, type CurveOptions } from './miss-ratio-curves.js';
export { optimum } from './optimum.js';
export type { Column } from './read/format.js';
export { readTrace, type FormatName, type ReadTraceOptions } from './read/read-trace.js';
export { recommend, type Recommendation } from './recommend.js';
export type { SimulationRow } from './row.js';
export { simulate } from './simulate.js';
export type { Progress, SimulatedStrategy, SimulateOptions } from './simulate-options.js';
export type { Trace } from './trace/trace.js';
