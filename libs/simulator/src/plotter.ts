import { missingPlotter } from './errors.js';

/** Loads echarts. @throws CacheError `missing_peer` where it is not installed. */
export async function plotter(): Promise<typeof import('echarts')> {
  try {
    return await import('echarts');
  } catch (error) {
    throw missingPlotter(error);
  }
}
