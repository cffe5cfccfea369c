/** The Redis keys of the bus, all on one server. */
export class StreamKeys {
  readonly stream: string;
  readonly counter: string;
  readonly epoch: string;

  constructor(keyPrefix: string) {
    this.stream = `${keyPrefix}:{bus}`;
    this.counter = `${this.stream}:n`;
    this.epoch = `${this.stream}:epoch`;
  }

  /** In the order in which the scripts expect them. */
  get all(): readonly string[] {
    return [this.stream, this.counter, this.epoch];
  }
}
