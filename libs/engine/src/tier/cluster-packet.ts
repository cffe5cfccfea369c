/** The event of `cluster` by which caches in the primary process speak to the relay. */
export const TO_RELAY = 'nuthatch:to-relay';
/** The event of `cluster` by which the relay speaks to caches in the primary process. */
export const RELAYED = 'nuthatch:relayed';

const TYPES = ['open', 'ping', 'messages', 'close', 'answer'] as const;

/** What the processes of `node:cluster` send each other for the bus. */
export interface Packet {
  /** Tells it from what else a program sends; the version of the format. */
  readonly nuthatchBus: 1;
  readonly type: (typeof TYPES)[number];
  /** Name of the bus and of the cache. */
  readonly channel: string;
  /** Which bus it is of, or for in an answer. */
  readonly sender: string;
  /** Which question it is, or answers. */
  readonly call: number;
  readonly messages?: unknown;
}

/** Whether this is a packet; its messages are not looked at. */
export function isPacket(found: unknown): found is Packet {
  if (typeof found !== 'object' || found === null) return false;
  const { nuthatchBus, type, channel, sender, call } = found as Readonly<Record<string, unknown>>;
  if (nuthatchBus !== 1 || typeof channel !== 'string' || typeof sender !== 'string') return false;
  return Number.isSafeInteger(call) && TYPES.some((each) => each === type);
}
