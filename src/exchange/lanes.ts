/**
 * Who does what where several gateways work on one database (`store/gateways.ts`). A home that has its database to itself
 * has no lanes: every step is its own.
 */
import type { Configuration } from "../config/configuration.ts";
import type { Lane } from "../store/gateways.ts";
import { ERP, type Exchange, watchedFolders } from "./context.ts";

/** Folders of the inbox whose files are to be taken in order: they share partners. By folder, the name of the lane. */
function lanesOf(config: Configuration): Map<string, string> {
  const lanes = new Map(watchedFolders(config).map((folder) => [folder, folder]));
  for (const partner of config.partners.values()) {
    const joined = (partner.folders ?? [partner.code]).map((folder) => lanes.get(folder) ?? folder);
    const [first = partner.code] = joined.toSorted();
    for (const [folder, lane] of lanes) if (joined.includes(lane)) lanes.set(folder, first);
  }
  return lanes;
}

const known = new WeakMap<Configuration, Map<string, string>>();

/** The lane that a folder of the inbox belongs to. */
export function laneOf(config: Configuration, folder: string): string {
  const lanes = known.get(config) ?? lanesOf(config);
  known.set(config, lanes);
  return lanes.get(folder) ?? folder;
}

/** The folders of each lane, the ERP's first. */
export function foldersByLane(config: Configuration): Map<string, string[]> {
  const lanes = new Map<string, string[]>([[ERP, [ERP]]]);
  for (const folder of watchedFolders(config)) {
    if (folder === ERP) continue;
    const lane = laneOf(config, folder);
    lanes.set(lane, [...(lanes.get(lane) ?? []), folder]);
  }
  return lanes;
}

/** Does a step that one gateway at a time does. @returns nothing where another one is at it */
export async function inLane<T>(
  { gateways }: Exchange,
  name: string,
  step: (lane: Pick<Lane, "holds">) => Promise<T>,
): Promise<T | undefined> {
  if (gateways === undefined) return step({ holds: () => true });
  const lane = await gateways.enter(name);
  if (lane === undefined) return undefined;
  try {
    return await step(lane);
  } finally {
    await lane.leave();
  }
}

/** The lanes of arrivals that one step has entered. */
export interface IntakeLanes {
  /** Whether files of this folder of the inbox may be taken. */
  readonly has: (folder: string) => Promise<boolean>;
  leave(): Promise<void>;
}

/**
 * Enters lanes of arrivals as they are asked for. The ERP's is waited for: a schedule that arrives together with its blanket
 * order is to find it.
 */
export function intakeLanes({ config, gateways }: Exchange): IntakeLanes {
  const entered = new Map<string, Lane | undefined>();
  return {
    has: async (folder) => {
      if (gateways === undefined) return true;
      const name = laneOf(config, folder);
      if (!entered.has(name)) {
        const lane = `arrivals ${gateways.home} ${name}`;
        entered.set(name, await (name === ERP ? gateways.enterInTurn(lane) : gateways.enter(lane)));
      }
      return entered.get(name)?.holds() === true;
    },
    leave: async () => {
      for (const lane of entered.values()) await lane?.leave();
    },
  };
}
