import { stayAlive } from '../kernel/clock.js';

/** Keeps the process alive until something has ended that somebody waits for. */
export async function awake<T>(under: Promise<T>): Promise<T> {
  const letGo = stayAlive();
  try {
    return await under;
  } finally {
    letGo();
  }
}
