/** Who may keep a home at the same time: one process on SQLite, any number of gateways on PostgreSQL. */
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { type Gateways, joinGateways } from "../store/gateways.ts";
import type { Store } from "../store/store.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { homeIdentity } from "./home-identity.ts";
import { type InstanceLock, shareInstanceLock, takeInstanceLock } from "./instance-lock.ts";
import type { Logger } from "./log.ts";

/**
 * Any number of gateways may share a home on PostgreSQL, and nobody restores it meanwhile. Where the file system knows no
 * locks they work all the same.
 */
export async function lockOf(config: Configuration, command: string, log: Logger): Promise<InstanceLock | undefined> {
  const data = path.join(config.home, "data");
  if (config.gateway.database.startsWith("sqlite:")) return takeInstanceLock(data, command);
  return shareInstanceLock(data, command).catch((thrown: unknown) => {
    const error = coerceError(thrown);
    if (error instanceof CalloffError && error.code === "LOCKED") throw error;
    log.warn({ error: error.message }, "the home cannot be locked against a restore");
    return undefined;
  });
}

/** The gateways that this one works beside; none on SQLite. */
export const gatewaysOf = async (
  { home, gateway }: Configuration,
  store: Store,
  command: string,
): Promise<Gateways | undefined> =>
  store.dialect === "sqlite"
    ? undefined
    : joinGateways(store, { url: gateway.database, home: homeIdentity(home), command });
