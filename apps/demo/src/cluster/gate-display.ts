import type { Flight } from '../flights/flight.js';

/** How long a change may take to be shown before the demo gives up. */
const SHOWN_WITHIN_MS = 10_000;

/** Follows one flight by server-sent events. */
export class GateDisplay {
  private flight: Flight | undefined;
  private look: () => void = () => undefined;

  private constructor(private readonly connection: AbortController) {}

  static async open(url: string): Promise<GateDisplay> {
    const connection = new AbortController();
    const { body } = await fetch(url, { signal: connection.signal });
    if (body === null) throw new Error(`${url} answers nothing`);
    const display = new GateDisplay(connection);
    // It ends when it is closed, which is no failure.
    display.read(body).catch((error: unknown) => {
      if (!connection.signal.aborted) console.error(error);
    });
    return display;
  }

  /** Resolves with the time (`performance.now()`) at which the gate is shown. */
  async shows(gate: string): Promise<number> {
    const deadline = AbortSignal.timeout(SHOWN_WITHIN_MS);
    while (this.flight?.gate !== gate) {
      if (deadline.aborted) throw new Error(`gate ${gate} was not shown within ${SHOWN_WITHIN_MS} ms`);
      await new Promise<void>((resolve) => {
        this.look = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return performance.now();
  }

  close(): void {
    this.connection.abort();
  }

  private async read(body: NonNullable<Response['body']>): Promise<void> {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const messages = (text + chunk).split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) this.take(message);
    }
  }

  private take(message: string): void {
    const data = /^data: (.*)$/m.exec(message)?.[1];
    if (data === undefined) return;
    this.flight = JSON.parse(data) as Flight;
    this.look();
  }
}
