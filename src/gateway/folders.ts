/** The folders of a home that files come through. */
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import type { Partner } from "../config/partner.ts";
import { CalloffError, coerceError } from "../values/errors.ts";

/** Whether a folder is laid out as a home: it has its settings. */
export const isHome = (folder: string): boolean => existsSync(path.join(folder, "config", "gateway.yaml"));

/** Folders of the inbox and the outbox that belong to a partner, as paths in the home. */
export const foldersOfPartner = ({ code, folders, outboxFolder }: Partner): string[] => [
  ...(folders ?? [code]).map((folder) => `inbox/${folder}`),
  `outbox/${outboxFolder ?? code}`,
];

/** Every folder of the inbox and the outbox, as paths in the home. */
export function foldersOfHome({ partners }: Pick<Configuration, "partners">): string[] {
  const folders = [...partners.values()].flatMap(foldersOfPartner);
  return [...new Set(["inbox/erp", "outbox/erp", ...folders])];
}

/** Makes `data/`, private to its owner, where it is missing. @throws CalloffError HOME_UNWRITABLE */
export function makeDataFolder(home: string): void {
  const data = path.join(home, "data");
  make(data, 0o700);
  closeToOthers(data);
}

/** What is in it is every partner's; whom the owner's group lets in is the owner's business. */
function closeToOthers(folder: string): void {
  const mode = statSync(folder).mode & 0o777;
  if ((mode & 0o007) === 0) return;
  try {
    chmodSync(folder, mode & 0o770);
  } catch {
    // It is somebody else's folder: calloff doctor tells.
  }
}

function make(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode });
  } catch (thrown) {
    const error = coerceError(thrown);
    throw new CalloffError("HOME_UNWRITABLE", "A folder of the home cannot be made", {
      place: { file: folder },
      expected: "a home that this user may write to, on a disk with room",
      found: error.message,
      remedy: "Correct owner, mode or disk; calloff doctor shows which",
      cause: error,
    });
  }
}
