/** Headers of which many requests have some, and which tell nothing of who asks although their names look like it, or are looked at for nothing. */
const HARMLESS: ReadonlySet<string> = new Set([
  ':authority',
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'host',
  'if-modified-since',
  'if-none-match',
  'origin',
  'pragma',
  'referer',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'sec-websocket-key',
  'traceparent',
  'tracestate',
  'upgrade-insecure-requests',
  'user-agent',
  'via',
  // Addresses, of which there are as many as clients.
  'fastly-client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-forwarded-client-ip',
]);

/**
 * Words in the names of headers that tell who asks: set by clients (`authorization`, `x-api-key`), by gateways that have checked them
 * (`x-forwarded-user`, `x-ms-client-principal`, `x-amzn-oidc-data`), or by proxies that ended TLS (`x-client-cert`).
 */
const CREDENTIAL =
  /auth|token|key|secret|session|cookie|user|account|tenant|org|identity|principal|credential|signature|jwt|oidc|saml|sso|subject|client|cert|passw|login|member|customer|email|role|scope|permission|actor|behalf|imperson|websocket-protocol|group|claim|assertion|workspace|company|employee|visitor|bearer|ticket|uid|sid$/;

/** Whether a header, by its name, may tell who asks. A name too many splits entries; one too few would share them. */
export function isCredentialHeader(name: string): boolean {
  if (HARMLESS.has(name)) return false;
  const lower = name.toLowerCase();
  return CREDENTIAL.test(lower) && !HARMLESS.has(lower);
}

/** Whether a parameter of a query, by its name, may tell who asks. */
export function isCredentialParameter(name: string): boolean {
  return CREDENTIAL.test(name.toLowerCase());
}
