import { Keyv } from 'keyv';

/** A Keyv on a `Map` that can be made to fail, or to wait; like one on a server. */
export class FrailKeyv extends Keyv {
  isDown = false;
  gate: Promise<void> = Promise.resolve();

  constructor(readonly held = new Map<string, unknown>()) {
    super({ store: held, throwOnErrors: true });
    const { get, set, delete: remove, clear } = held;
    // The Map itself fails, so that everything above it meets the failure as it would that of a server.
    const frail = <A extends unknown[], R>(act: (...args: A) => R) =>
      (async (...args: A) => {
        await this.gate;
        if (this.isDown) throw new Error('the store is down');
        return act.apply(held, args);
      }) as never;
    Object.assign(held, { get: frail(get), set: frail(set), delete: frail(remove), clear: frail(clear) });
  }
}
