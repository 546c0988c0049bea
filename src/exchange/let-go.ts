/**
 * Lets go of claimed files whose registration is durable. A sender who still has the file open may write on: what is found
 * changed before its name is removed, or within a while after (`grown.ts`), gets a claim of its own, so that nothing that was
 * written is lost unsaid. What was applied before is then a duplicate in it, and what was added has its effect.
 */
import { closeSync, constants, openSync } from "node:fs";
import { lstat, rename } from "node:fs/promises";
import path from "node:path";
import { at } from "../values/crash-points.ts";
import { type Claimed, unclaim } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { syncFolder, systemCode, unless } from "./durable.ts";
import { type AsRead, differs, nextClaim, tellGrown, tellUnwatched, watch } from "./grown.ts";

/**
 * Removes a claimed file that is as it was read; one that was written to since is claimed again.
 * @param asRead absent of what was never read, because it is no file
 */
export async function letGo(exchange: Exchange, claimed: Claimed, asRead: AsRead | undefined): Promise<void> {
  if (asRead === undefined) {
    await unclaim(claimed);
    return;
  }
  const status = await unless(["ENOENT"], undefined, () => lstat(claimed.path, { bigint: true }));
  if (status?.isFile() === true && differs(status, asRead)) {
    await claimAgain(exchange, claimed);
    return;
  }
  const descriptor = status?.isFile() === true ? descriptorOf(exchange, claimed) : undefined;
  try {
    await unclaim(claimed);
  } catch (thrown) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw thrown;
  }
  if (descriptor !== undefined) await watch({ exchange, claimed, descriptor, asRead });
}

async function claimAgain(exchange: Exchange, claimed: Claimed): Promise<void> {
  const again = await nextClaim(exchange, claimed);
  await rename(claimed.path, again.path);
  at("claim-renamed");
  await syncFolder(path.dirname(again.path));
  at("claimed");
  tellGrown(exchange, claimed, again);
}

/** Only where quiet is asked for: who renames his files has closed them. */
function descriptorOf(exchange: Exchange, claimed: Claimed): number | undefined {
  if (exchange.config.gateway.intake.quietMilliseconds === 0) return undefined;
  try {
    return openSync(claimed.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    // Too few descriptors: the files that wait need them more.
    if (systemCode(thrown) === "") throw thrown;
    tellUnwatched(exchange, claimed);
    return undefined;
  }
}
