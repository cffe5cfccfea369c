import type { ExecutionContext } from '@nestjs/common';
import { carrierOf } from './principal-of-context.js';
import type { Principal, PrincipalRules } from './principal.js';

/**
 * Who asks in a context of Nest, whatever its kind: as {@link principalOf} tells it of the request over HTTP; of the request in a GraphQL context and the user beside
 * it (`user`, `currentUser`, `auth`); of the handshake of a socket and the user whom a guard has put on it; of what a message carries, such as
 * metadata of gRPC and headers of NATS, Kafka and RabbitMQ. A message that carries nothing is anyone's; a socket or GraphQL context that shows nothing to tell by
 * is unidentified. It never throws.
 */
export function principalOfContext(context: ExecutionContext, rules: PrincipalRules = {}): Principal {
  try {
    return carrierOf(context, rules).principal;
  } catch {
    // What was thrown may hold what was to be kept secret.
    return { kind: 'unidentified', why: 'reading who asks threw an error' };
  }
}
