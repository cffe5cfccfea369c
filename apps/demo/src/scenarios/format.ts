/** A duration for people: `'1.83 ms'`, `'0.7 µs'`. */
export function formatMs(ms: number): string {
  if (ms < 0.1) return `${(ms * 1000).toFixed(1)} µs`;
  return ms < 100 ? `${ms.toFixed(2)} ms` : `${formatCount(ms)} ms`;
}

/** A whole number for people: `'5,653'`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** How many times as long, to two digits: `'2.4 times'`, `'38 times'`, `'95,000 times'`. */
export function formatFactor(factor: number): string {
  const rounded = Number(factor.toPrecision(2));
  return `${rounded < 10 ? rounded.toFixed(1) : formatCount(rounded)} times`;
}
