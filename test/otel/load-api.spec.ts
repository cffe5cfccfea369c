import * as real from '@opentelemetry/api';
import { loadApi } from '../../libs/otel/src/load-api.js';

describe('the OpenTelemetry API', () => {
  it('is loaded, as a module or as the default of one', async () => {
    expect((await loadApi()).trace).toBe(real.trace);
    expect((await loadApi(async () => ({ default: real }))).trace).toBe(real.trace);
  });

  it('is named where it is missing, with what to do', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadApi(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'missing_peer',
      message:
        'nuthatch/otel needs the package @opentelemetry/api, which was not found; npm install @opentelemetry/api@1',
      cause: missing,
    });
  });

  it('is named where it is something else', async () => {
    await expect(loadApi(async () => ({}))).rejects.toThrow(
      '@opentelemetry/api could not be loaded: it exports no trace, metrics and context',
    );
    await expect(loadApi(() => Promise.reject(new SyntaxError('unexpected token')))).rejects.toThrow(
      /@opentelemetry\/api could not be loaded: .*unexpected token/,
    );
  });
});
