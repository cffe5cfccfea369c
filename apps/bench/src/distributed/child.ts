import { type LanePlan, openLane } from './lane.js';
import type { Lap } from './lap.js';

// Written by process.ts, which is typed to pass one of these.
const plan = JSON.parse(process.argv[2] ?? '') as LanePlan;
const lane = await openLane(plan);
const answer = async (lap: Lap): Promise<unknown> => process.send?.(await lane(lap));
process.on('message', (lap: Lap) => void answer(lap));
process.on('disconnect', () => process.exit());
process.send?.('open');
