/** What a message carries beside its payload. */
export type MessageHeaders = Readonly<Record<string, string>>;

/**
 * The headers of a message between services, by their names in lower case, from the context that its transport gives: metadata of gRPC, headers of NATS, Kafka and
 * RabbitMQ, user properties of MQTT. Empty where there are none.
 */
export function messageHeaders(context: unknown): MessageHeaders {
  return Object.fromEntries(
    holdersIn(context)
      .flatMap(pairsOf)
      .map(([name, value]) => [name.toLowerCase(), textOf(value)]),
  );
}

/** Where the transports keep them; a context has one of these. */
function holdersIn(context: unknown): readonly unknown[] {
  const message = called(context, 'getMessage');
  return [
    called(context, 'getMap'),
    called(context, 'getHeaders'),
    memberOf(message, 'headers'),
    memberOf(memberOf(message, 'properties'), 'headers'),
    memberOf(memberOf(called(context, 'getPacket'), 'properties'), 'userProperties'),
  ];
}

/** Those of NATS are a list of pairs that can be walked; all others are plain. */
function pairsOf(headers: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (!(Symbol.iterator in headers)) return Object.entries(headers);
  // Only lists of pairs are walked so; whatever else it is, its text is none that another shares.
  return Array.from(headers as Iterable<readonly unknown[]>, (pair) => [String(pair[0]), pair[1]] as const);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('base64');
  return Array.isArray(value) ? JSON.stringify(value.map(textOf)) : (JSON.stringify(value) ?? String(value));
}

function called(holder: unknown, name: string): unknown {
  const method = memberOf(holder, name);
  return typeof method === 'function' ? (Reflect.apply(method, holder, []) as unknown) : undefined;
}

function memberOf(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  return Reflect.get(holder, name) as unknown;
}
