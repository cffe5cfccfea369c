import { createTypedCache, defineCache, type InputOf, type KeyOf, type ValueOf } from 'nuthatch/engine';
import { z } from 'zod';

const Users = defineCache({
  name: 'users',
  key: ({ id }: { id: number }) => String(id),
  value: z.object({ id: z.number(), name: z.string().default('nobody') }),
  ttl: (user) => user.name.length * 60_000,
  tags: ({ id }, user) => [String(id), user?.name ?? ''],
  migrate: (_old, fromVersion) => ({ id: fromVersion ?? 0 }),
});

/** Fails to compile where the two are not the same type. */
function same<One, Other>(
  _is: (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false,
): void {
  // Only the compiler looks at it.
}

describe('the types of a typed cache', () => {
  it('follow from its key function and its schema', async () => {
    same<KeyOf<typeof Users>, { id: number }>(true);
    same<InputOf<typeof Users>, { id: number; name?: string | undefined }>(true);
    same<ValueOf<typeof Users>, { id: number; name: string }>(true);
    const users = await createTypedCache(Users);
    await users.set({ id: 1 }, { id: 1 });
    const found = await users.get({ id: 1 });
    same<typeof found, { id: number; name: string } | undefined>(true);
    expect(found?.name).toBe('nobody');
    await users.cache.close();
  });

  it('refuse wrong arguments, wrong values, and a schema that does not take what it makes', () => {
    const wrong = async (): Promise<void> => {
      const users = await createTypedCache(Users);
      // @ts-expect-error a number is no argument of this key function
      await users.get(1);
      // @ts-expect-error a name is a text
      await users.set({ id: 1 }, { id: 1, name: 2 });
      // @ts-expect-error nor may a loader answer another thing
      await users.getOrLoad({ id: 1 }, async () => ({ name: 'x' }));
      // @ts-expect-error `kept` is missing
      defineCache({ name: 'ages', key: (id: number) => String(id), value: z.string().transform(Number) });
      // @ts-expect-error there is no such option
      defineCache({ name: 'ages', key: (id: number) => String(id), value: z.string(), maxItem: 5 });
    };
    expect(typeof wrong).toBe('function');
  });
});
