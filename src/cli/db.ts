import type { Command } from "commander";
import { makeDataFolder } from "../gateway/folders.ts";
import { migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore } from "../store/store.ts";
import { answers } from "./frame.ts";
import { settingsOf } from "./home.ts";
import { aloneOn } from "./session.ts";

export function declareDb(command: Command): void {
  const migration = command.command("migrate").description("bring the database to this version's tables");
  answers(migration, async (invocation) => {
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
