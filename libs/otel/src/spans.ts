import type { Context, Exception, Link, Span, Tracer } from '@opentelemetry/api';
import type { CacheError, TracedOperation, WaitOperation } from 'nuthatch/engine';
import { endAttributes, errorTypeOf, type KeyView, startAttributes } from './attributes.js';
import type { Listener, OperationName, Operations } from './channels.js';
import type { Api } from './load-api.js';

/** How spans are made. */
export interface SpanRules {
  readonly key: KeyView;
  /** Whether errors of the cache are told with their messages, which quote keys. */
  readonly tellsMessages: boolean;
  /** Whether there are spans only where there is one around them. */
  readonly requireParent: boolean;
}

/** Makes a span of each operation: a child of what is under way around it, or the root of a trace of its own where nobody waits for it. */
export class Spans {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #rules: SpanRules;
  /** Of operations under way, and of loads that somebody still waits for. */
  readonly #spans = new WeakMap<TracedOperation, Span>();

  constructor(api: Api, tracer: Tracer, rules: SpanRules) {
    this.#api = api;
    this.#tracer = tracer;
    this.#rules = rules;
  }

  /** Makes the spans of operations of one name. Telemetry that fails is told to the diagnostics of OpenTelemetry. */
  of<Name extends OperationName>(name: Name): Listener<Operations[Name]> {
    return {
      started: (operation) => this.#guard(() => this.#start(name, operation)),
      ended: (operation) => this.#guard(() => this.#end(operation)),
    };
  }

  #start<Name extends OperationName>(name: Name, operation: Operations[Name]): void {
    const { context, trace, SpanKind } = this.#api;
    const around = context.active();
    const outer = trace.getSpan(around);
    if (this.#rules.requireParent && outer === undefined) return;
    const base = operation.isBackground ? this.#outside(name, around) : around;
    const span = this.#tracer.startSpan(
      nameOf(name, operation),
      {
        kind: SpanKind.INTERNAL,
        links: this.#linksOf(name, operation, outer),
        attributes: startAttributes(name, operation, this.#rules.key),
      },
      base,
    );
    this.#spans.set(operation, span);
    const within = trace.setSpan(base, span);
    operation.around((run) => context.with(within, run));
  }

  /** What is flushed or repaired in the background is nobody's; a refresh keeps what its caller has in its context, but for the span. */
  #outside(name: OperationName, around: Context): Context {
    return name === 'load' ? this.#api.trace.deleteSpan(around) : this.#api.ROOT_CONTEXT;
  }

  /** A refresh is linked to what has set it off, and who waits to the load that is waited for. */
  #linksOf(name: OperationName, operation: TracedOperation, outer: Span | undefined): Link[] {
    if (name === 'load' && operation.isBackground) return linkTo(outer);
    // Operations of this name are such.
    const { load } = operation as WaitOperation;
    return name === 'wait' && load !== undefined ? linkTo(this.#spans.get(load)) : [];
  }

  #end(operation: TracedOperation): void {
    const span = this.#spans.get(operation);
    if (span === undefined) return;
    if (span.isRecording()) {
      span.setAttributes(endAttributes(operation));
      if (operation.error !== undefined) this.#fail(span, operation.error);
    }
    span.end();
  }

  #fail(span: Span, error: unknown): void {
    const { SpanStatusCode } = this.#api;
    const told = this.#told(error);
    span.recordException(told);
    const message = typeof told === 'string' ? told : told.message;
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }

  /** What loaders throw is as their authors want it; what the cache says of it may quote a key. */
  #told(error: unknown): Exception {
    if (isCacheError(error) && !this.#rules.tellsMessages)
      return { name: error.name, code: error.code, message: error.code };
    return error instanceof Error ? error : (errorTypeOf(error) ?? '_OTHER');
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#api.diag.error('nuthatch: a span could not be made', error);
    }
  }
}

function nameOf<Name extends OperationName>(name: Name, operation: Operations[Name]): string {
  return 'operation' in operation ? `nuthatch.${name}.${operation.operation}` : `nuthatch.${name}`;
}

/** Caches of the whole process are told of: also those of the other build of the package, ESM or CommonJS, which has a class of its own. */
function isCacheError(error: unknown): error is CacheError {
  return error instanceof Error && error.name === 'CacheError' && 'code' in error;
}

function linkTo(span: Span | undefined): Link[] {
  return span === undefined ? [] : [{ context: span.spanContext() }];
}
