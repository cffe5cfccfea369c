/** What goes on after its caller has been answered; a cache waits for it before it disconnects its stores. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  /** @param work never rejects: whoever starts it reports its failures. */
  run(work: Promise<void>): void {
    this.running.add(work);
    void work.finally(() => this.running.delete(work));
  }

  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
