/** Who a server is, as it says by `INFO`. */
export interface Identity {
  /** Another one after each start. */
  readonly runId: string;
  readonly isReplica: boolean;
  /** The history of writes that it makes (`master_replid`); another one when it becomes a master, or follows another master. */
  readonly history: string;
  /** The one that it continues since it became a master. */
  readonly previousHistory: string;
}

/** Somebody who does not say who it is. */
export const UNKNOWN: Identity = { runId: '', isReplica: false, history: '', previousHistory: '-' };

/** Reads what `INFO` has answered. */
export function identityIn(info: string): Identity {
  const runId = field(info, 'run_id');
  if (runId === undefined) return UNKNOWN;
  return {
    runId,
    isReplica: field(info, 'role') === 'slave',
    history: field(info, 'master_replid') ?? '',
    previousHistory: field(info, 'master_replid2') ?? '-',
  };
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
}
