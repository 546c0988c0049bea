import type { Command } from "commander";
import type { BackupMade } from "../gateway/backup.ts";
import type { DoctorLine } from "../gateway/doctor-line.ts";
import { makeDataFolder } from "../gateway/folders.ts";
import type { Restored } from "../gateway/restored.ts";
import { migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore } from "../store/store.ts";
import { occasionOf } from "../values/clock.ts";
import { EXIT } from "../values/errors.ts";
import { doctorLineInWords } from "./doctor.ts";
import { answers } from "./frame.ts";
import { settingsOf } from "./home.ts";
import { aloneOn } from "./session.ts";
import { version } from "./version.ts";
import { counted, oneLine } from "./words.ts";

export function declareDb(command: Command): void {
  declareMigrate(command.command("migrate").description("bring the database to this version's tables"));
  declareBackup(command.command("backup").description("copy the database, also while calloff runs"));
  declareRestore(command.command("restore").description("put a backup back and do again what came after it"));
  declareCheck(command.command("check").description("whether the database holds, in itself and against the files"));
}

function declareMigrate(command: Command): void {
  answers(command, async (invocation) => {
    const { config } = settingsOf(invocation);
    makeDataFolder(config.home);
    const store = openStore(config.gateway.database, config.home);
    try {
      const waiting = await pendingMigrations(store);
      const done = waiting.length === 0 ? [] : await aloneOn(store, config.home, () => migrate(store));
      return {
        document: { migrated: done },
        words: done.length === 0 ? "The database is as this version has it.\n" : `Migrated: ${done.join(", ")}.\n`,
      };
    } finally {
      await store.close();
    }
  });
}

function declareBackup(command: Command): void {
  command
    .argument("[target]", "a folder, or the file's name; data/backups unless given")
    .option("--with-archive", "copy the files that came in as well, each once, into archive/ beside the backup")
    .addHelpText(
      "after",
      "\nKeep backups on another disk. A backup holds what the database holds: it is readable by its owner only.",
    );
  answers(command, async (invocation, { withArchive }: { withArchive?: boolean }, target?: string) => {
    const { backUp } = await import("../gateway/backup.ts");
    const { config, clock } = settingsOf(invocation);
    makeDataFolder(config.home);
    const wish = {
      target: target === undefined ? undefined : invocation.pathOf(target),
      withArchive: withArchive === true,
      version,
    };
    const made = await backUp(config, wish, occasionOf(clock, invocation.user));
    return { document: made, words: backupInWords(made), exit: made.missing.length > 0 ? EXIT.refused : EXIT.done };
  });
}

function backupInWords({ file, manifest, copied, missing }: BackupMade): string {
  const { archive, audit, bytes } = manifest;
  const kept = archive.copied
    ? `${counted(archive.files, "file")} of the archive beside it, ${copied} copied now`
    : `${counted(archive.files, "file")} of the archive named in it; --with-archive copies them, too`;
  return [
    `${file}\n`,
    `${bytes} bytes, checked; up to entry ${audit.seq} of the audit trail\n`,
    `${kept}\n`,
    missing.length === 0
      ? ""
      : `! ${counted(missing.length, "file")} of the archive missing or damaged: ${missing.join(", ")}\n`,
  ].join("");
}

function declareRestore(command: Command): void {
  command
    .argument("<backup>", "as calloff db backup wrote it, its manifest beside it")
    .option("--as-it-was", "do nothing again of what came after the backup")
    .addHelpText(
      "after",
      "\nRefused while calloff runs. The database that was there is kept in data/before-restore-….",
    );
  answers(command, async (invocation, { asItWas }: { asItWas?: boolean }, backup = "") => {
    const { restore } = await import("../gateway/restore.ts");
    const { config, clock } = settingsOf(invocation);
    makeDataFolder(config.home);
    const wish = { backup: invocation.pathOf(backup), asItWas: asItWas === true };
    const restored = await restore(config, wish, occasionOf(clock, invocation.user));
    return { document: restored, words: restoredInWords(restored) };
  });
}

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `${title}\n${lines.map((line) => `    ${oneLine(line)}\n`).join("")}`;

function restoredInWords({ after, archive, backup, check, keptAside, outbox, series }: Restored): string {
  const nothing = { database: "", trail: "", nothing: "Nothing is known of the time after the backup.\n" }[after.known];
  return [
    `Restored ${backup.file}, of ${backup.instant}.\n`,
    nothing,
    after.entries === 0 ? "" : `${counted(after.steps, "step")} done again from the ${after.known}.\n`,
    after.stopped === undefined
      ? ""
      : `! It stopped at ${oneLine(after.stopped.step)}: ${oneLine(after.stopped.reason)}\n`,
    list("not done again:", after.missing),
    outbox.confirmed === 0 ? "" : `${counted(outbox.confirmed, "file")} had left and will not leave again.\n`,
    list("written at the next run:", outbox.waiting),
    list(
      "may have left; calloff outbox resend sends one again:",
      outbox.uncertain.filter(({ other }) => !other).map(({ file, reason }) => `${file}: ${reason}`),
    ),
    list(
      "left otherwise than the database now has it; ask the reader before anything is sent:",
      outbox.uncertain.filter(({ other }) => other).map(({ file, reason }) => `${file}: ${reason}`),
    ),
    list("left, but the database does not know them:", outbox.forgotten),
    list(
      "series moved on:",
      series.map((moved) => `${moved.series} from ${moved.from} to ${moved.to}`),
    ),
    archive.brought === 0 ? "" : `${counted(archive.brought, "file")} of the archive brought back.\n`,
    list("bytes of these files are nowhere:", archive.missing),
    list(
      "received, but the database does not know them; each is handed in again by:",
      archive.forgotten.map(({ command }) => command),
    ),
    ...check
      .filter(({ health, subject }) => health === "fail" && subject !== "trail")
      .map((line) => `! ${doctorLineInWords(line)}`),
    keptAside === "" ? "" : `What was there before is in ${keptAside}.\n`,
  ].join("");
}

function declareCheck(command: Command): void {
  command
    .option("--quick", "the archive by names and sizes only")
    .addHelpText("after", "\nExit 1 when something does not hold.");
  answers(command, async (invocation, { quick }: { quick?: boolean }) => {
    const { checkDatabase } = await import("../gateway/db-check.ts");
    const { config, clock } = settingsOf(invocation);
    makeDataFolder(config.home);
    const store = openStore(config.gateway.database, config.home);
    let lines: DoctorLine[];
    try {
      lines = await checkDatabase(config, store, { businessDate: clock.businessDate(), quick: quick === true });
    } finally {
      await store.close();
    }
    const failed = lines.some(({ health }) => health === "fail");
    return {
      document: { sound: !failed, lines },
      words: lines.map(doctorLineInWords).join(""),
      exit: failed ? EXIT.refused : EXIT.done,
    };
  });
}
