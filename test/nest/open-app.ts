import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';

interface App {
  close(): Promise<void>;
}

const open = new Set<App>();

/** Starts an application as Nest does; it is closed after the test. */
export async function openApp(
  metadata: ModuleMetadata,
  customize: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
): Promise<TestingModule> {
  const app = await customize(Test.createTestingModule(metadata)).compile();
  return closeAfterTest(await app.init());
}

/** Closes an application after the test, where the test has not. */
export function closeAfterTest<A extends App>(app: A): A {
  open.add(app);
  return app;
}

/** Closes what the test has opened; to be called by `afterEach`. */
export async function closeApps(): Promise<void> {
  for (const app of open) await closeApp(app);
}

/** Closes an application now; Nest would run its hooks again for whoever closes it after. */
export async function closeApp(app: App): Promise<void> {
  open.delete(app);
  await app.close();
}
