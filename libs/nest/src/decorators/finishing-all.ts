import type { Advice, Call, Place } from './advice.js';
import type { Finish, Finishing, Prepare } from './after-success.js';
import type { CacheConfigOptions } from './cache-config.decorator.js';
import { placeOf } from './decorate.js';

/** How several act together. */
interface Together {
  /** Whether they act on a read, which none of them may fail. */
  readonly isRead: boolean;
}

/** One of them, for one class. */
interface Member {
  readonly place: Place;
  readonly condition: ((...args: never[]) => boolean) | undefined;
  readonly prepare: Prepare;
}

/** One that is prepared. */
interface Prepared {
  readonly call: Call;
  readonly finish: Finish;
}

/** An advice that acts as all of these do, one after the other; none keeps the others from acting. */
export function finishingAll(members: readonly Finishing[], together: Together): Advice {
  return {
    decorator: 'Caching',
    options: { cache: members[0]?.options.cache },
    members,
    check: (where, config) => members.forEach(({ check }) => check?.(where, config)),
    bind: (config) => {
      const bound = members.map((member) => bind(member, config));
      return async (call, run) => {
        const prepared = bound.flatMap((member) => prepare(call, member, together));
        const result = await run();
        await finishEach(prepared, result, together);
        return result;
      };
    },
  };
}

function bind(member: Finishing, config: CacheConfigOptions): Member {
  const { condition } = member.options;
  return { place: placeOf(member, config), condition, prepare: member.prepare(config) };
}

/** Nothing where it is not to act on this call. */
function prepare(call: Call, { place, condition, prepare: act }: Member, { isRead }: Together): Prepared[] {
  const cache = call.manager.find<unknown>(place.cache);
  if (cache === undefined) return [];
  const own: Call = { ...call, place, cache };
  try {
    return condition === undefined || condition(...call.args) ? [{ call: own, finish: act(own) }] : [];
  } catch (error) {
    if (!isRead) throw error;
    warn(own, error);
    return [];
  }
}

/** @throws the first error, once all have acted; the log tells of the others. */
async function finishEach(
  prepared: readonly Prepared[],
  result: unknown,
  { isRead }: Together,
): Promise<void> {
  const failures: { readonly call: Call; readonly error: unknown }[] = [];
  for (const { call, finish } of prepared) {
    try {
      await finish(result);
    } catch (error) {
      failures.push({ call, error });
    }
  }
  const [first, ...others] = failures;
  for (const { call, error } of isRead ? failures : others) warn(call, error);
  if (first !== undefined && !isRead) throw first.error;
}

function warn({ manager, site }: Call, error: unknown): void {
  manager.warnings.warn(site.where, 'a put or an eviction failed', error);
}
