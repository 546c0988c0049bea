/** Temporary homes for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { layOutHome } from "../../src/gateway/new-home.ts";
import { plainDate } from "../../src/values/dates.ts";

export interface TestHome {
  readonly path: string;
  /** Writes a file of the home, folders and all. */
  write(name: string, text: string | Uint8Array): string;
  remove(): void;
}

/** An empty folder that goes away with `remove`. */
export function emptyFolder(): TestHome {
  const home = mkdtempSync(path.join(os.tmpdir(), "calloff-home-"));
  return {
    path: home,
    write: (name, text) => {
      const file = path.join(home, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A home as `calloff init` lays it out, whose files are taken almost at once; it logs nothing but errors. */
export function freshHome(businessDate = "2027-03-01", logLevel = "error"): TestHome {
  const home = emptyFolder();
  layOutHome(home.path, plainDate(businessDate));
  home.write(
    "config/gateway.yaml",
    `version: 1
company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }
intake: { quietMilliseconds: 20, scanSeconds: 1 }
logLevel: ${logLevel}
`,
  );
  return home;
}
