import { messageHeaders } from './message-headers.js';

describe('messageHeaders', () => {
  it.each<[transport: string, context: unknown]>([
    ['gRPC', { getMap: () => ({ authorization: 'ann' }) }],
    ['NATS', { getHeaders: () => new Map([['Authorization', ['ann']]]) }],
    ['NATS without headers', { getHeaders: () => undefined, user: 1 }],
    ['Kafka', { getMessage: () => ({ headers: { authorization: Buffer.from('ann') } }) }],
    ['RabbitMQ', { getMessage: () => ({ properties: { headers: { authorization: 'ann' } } }) }],
    ['MQTT', { getPacket: () => ({ properties: { userProperties: { authorization: 'ann' } } }) }],
    ['TCP', { getPattern: () => 'x' }],
    ['nothing', undefined],
  ])('finds those of %s', (transport, context) => {
    const names = Object.keys(messageHeaders(context));
    expect(names).toEqual(/without|TCP|nothing/.test(transport) ? [] : ['authorization']);
  });

  it('tells one value from another', () => {
    const values = ['a', 'b', ['a'], ['a', 'b'], ['a,b'], Buffer.from('a'), { a: 1 }, undefined];
    const texts = values.map((value) => messageHeaders({ getMap: () => ({ x: value }) })['x']);
    expect(new Set(texts).size).toBe(values.length);
  });
});
