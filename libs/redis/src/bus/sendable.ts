import { type BusMessage, isBusMessage } from 'nuthatch/engine';
import { messageOf } from '../errors.js';
import { unsendable } from './errors.js';

/**
 * The message as others are to receive it: what an event brings becomes what JSON makes of it, with large integers as text.
 * @throws CacheError `bad_value` where that is not a message.
 */
export function sendable(message: BusMessage): BusMessage {
  const sent: unknown = message.kind === 'published' ? asData(message) : message;
  if (isBusMessage(sent)) return sent;
  throw unsendable(message.kind, 'it must be plain data, and not nested deeply');
}

function asData(message: BusMessage): unknown {
  try {
    return JSON.parse(
      JSON.stringify(message, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
  } catch (error) {
    throw unsendable(message.kind, messageOf(error), error);
  }
}
