import path from "node:path";
import type { Command } from "commander";
import { exchangePaths } from "../exchange/context.ts";
import { readMounts, writeMounts } from "../exchange/home-folders.ts";
import { mountNames } from "../exchange/mounts.ts";
import { refuseBehindTrail } from "../exchange/trail-reading.ts";
import { foldersOfHome } from "../gateway/folders.ts";
import { recordAudit } from "../store/audit.ts";
import { answers, notFound } from "./frame.ts";
import { settingsOf } from "./home.ts";
import { inHome } from "./session.ts";
import { tableInWords } from "./words.ts";

export function declareFolder(command: Command): void {
  answers(
    command.command("list").description("folders of inbox and outbox, and what they lie on"),
    async (invocation) => {
      const { config } = settingsOf(invocation);
      const folders = await foldersNow(config.home, foldersOfHome(config));
      return {
        document: { folders },
        words: tableInWords(
          ["FOLDER", "LIES ON", "WAS MOUNTED", "STATE"],
          folders.map(({ folder, on, mounted, state }) => [folder, on, mounted ? "yes" : "no", state]),
          "There are no folders.",
        ),
      };
    },
  );

  const confirm = command
    .command("confirm")
    .description("take a folder as it is now: it was a mounted file system and is to be a plain folder")
    .argument("<folder>", "as the list names it, e.g. inbox/acme");
  answers(confirm, (invocation, _options, given = "") =>
    inHome(invocation, async ({ config, store, occasion }) => {
      const folder = withoutSlashes(given);
      if (!foldersOfHome(config).includes(folder)) throw notFound("folder", folder, "See calloff folder list");
      const mounts = readMounts(config.home);
      const known = mounts.includes(folder);
      if (known) {
        await refuseBehindTrail(store, exchangePaths(config.home));
        await store.write((tx) => recordAudit(tx, occasion, "folder.confirmed", folder, {}));
        writeMounts(
          config.home,
          mounts.filter((mount) => mount !== folder),
        );
      }
      return {
        document: { folder, confirmed: known },
        words: known
          ? `${folder} is a plain folder from now on; the keeper uses it at its next scan.\n`
          : `${folder} was no mounted file system: nothing had to be confirmed.\n`,
      };
    }),
  );
}

interface FolderNow {
  readonly folder: string;
  /** Its mount point, as the system states it. */
  readonly on: string;
  readonly mounted: boolean;
  readonly state: "usable" | "not mounted" | "missing";
}

async function foldersNow(home: string, folders: readonly string[]): Promise<FolderNow[]> {
  const names = await mountNames();
  const [ofHome, mounts] = [await names(home), readMounts(home)];
  const now: FolderNow[] = [];
  for (const folder of folders) {
    const on = await names(path.join(home, folder)).catch(() => "");
    const mounted = mounts.includes(folder);
    const away = mounted && (on === ofHome || on === "");
    now.push({ folder, on, mounted, state: away ? "not mounted" : on === "" ? "missing" : "usable" });
  }
  return now;
}

/** A folder's name as it is compared, however many slashes stand behind it. */
function withoutSlashes(name: string): string {
  let end = name.length;
  while (end > 0 && name[end - 1] === "/") end -= 1;
  return name.slice(0, end);
}
