import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy does to what a server answers. */
export type Ailment =
  | { readonly kind: 'none' }
  /** Answers come so much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Connections stay, and nothing goes through them in either direction. */
  | { readonly kind: 'halfOpen' }
  /** Each answer is cut after its first bytes, and the connection is reset. */
  | { readonly kind: 'reset' }
  /** Each answer is cut after its first bytes, and the connection stays. */
  | { readonly kind: 'truncated' };

const FIRST_BYTES = 3;

/** A TCP proxy on the loopback before a server. */
export class Proxy {
  ailment: Ailment = { kind: 'none' };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async before(port: number): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server);
    server.on('connection', (client) => proxy.#join(client, connect(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    // It listens on TCP.
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Is well again; connections that have suffered are cut. */
  heal(): void {
    const { kind } = this.ailment;
    this.ailment = { kind: 'none' };
    if (kind === 'halfOpen' || kind === 'truncated') for (const socket of this.#sockets) socket.destroy();
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(client: Socket, server: Socket): void {
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (this.ailment.kind !== 'halfOpen') server.write(bytes);
    });
    let last: Promise<void> = Promise.resolve();
    server.on('data', (bytes) => {
      const { ailment } = this;
      const due = ailment.kind === 'slow' ? sleep(ailment.delayMs) : Promise.resolve();
      // No answer overtakes another one, as in TCP.
      last = Promise.all([last, due]).then(() => answer(client, ailment, bytes));
    });
  }
}

function answer(client: Socket, { kind }: Ailment, bytes: Buffer): void {
  if (client.destroyed) return;
  if (kind === 'none' || kind === 'slow') client.write(bytes);
  else if (kind === 'truncated') client.write(bytes.subarray(0, FIRST_BYTES));
  else if (kind === 'reset') client.write(bytes.subarray(0, FIRST_BYTES), () => client.resetAndDestroy());
}

/** A server that is none of Redis: it answers every command alike. */
export async function startStranger(
  answerTo: (command: string) => string,
): Promise<{ url: string; end(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    // Each command begins with the number of its parts, and its name is the first part.
    socket.on('data', (bytes) => {
      for (const [, name = ''] of bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
        socket.write(answerTo(name.toLowerCase()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // It listens on TCP.
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    end: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
