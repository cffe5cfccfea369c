import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { traceCaches, type TraceCachesOptions } from 'nuthatch/otel';

const contexts = new AsyncLocalStorageContextManager();
const ends: (() => void)[] = [];

beforeAll(() => void context.setGlobalContextManager(contexts.enable()));
afterAll(() => context.disable());
afterEach(() => ends.splice(0).forEach((end) => end()));

/** Has something undone after the test. */
export function afterThis(end: () => void): void {
  ends.push(end);
}

/** Spans of all caches, kept in memory. */
export async function openTracing(options: TraceCachesOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  afterThis(await traceCaches({ tracerProvider: provider, ...options }));
  const tracer = provider.getTracer('test');
  /** Runs something within a span. */
  const within = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const span = tracer.startSpan(name);
    try {
      return await context.with(trace.setSpan(context.active(), span), run);
    } finally {
      span.end();
    }
  };
  return { exporter, tracer, within, spans: () => exporter.getFinishedSpans().map(summary) };
}

/** What tests ask of a span: its name, that of its parent by id, and what it tells. */
export interface SeenSpan {
  readonly name: string;
  readonly id: string;
  readonly traceId: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  readonly attributes: ReadableSpan['attributes'];
  readonly status: ReadableSpan['status'];
  readonly events: ReadableSpan['events'];
}

function summary(span: ReadableSpan): SeenSpan {
  return {
    name: span.name,
    id: span.spanContext().spanId,
    traceId: span.spanContext().traceId,
    parent: span.parentSpanContext?.spanId,
    links: span.links.map(({ context: { spanId } }) => spanId),
    attributes: span.attributes,
    status: span.status,
    events: span.events,
  };
}

/** The one span of this name. */
export function only(spans: readonly SeenSpan[], name: string): SeenSpan {
  const found = spans.filter((span) => span.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(
      `there are ${found.length} spans ${name} among ${spans.map((span) => span.name).join(', ')}`,
    );
  return first;
}
