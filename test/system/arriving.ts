/** A home with its daemon, for tests of how files arrive: a customer's blanket order is there, and every schedule passes. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { select } from "../../src/store/rows.ts";
import { type FileRow, file, interchange, message, revision } from "../../src/store/tables.ts";
import { type Daemon, startDaemon } from "../support/program.ts";
import { inStore, nextForecast, type SystemHome, systemHome } from "./homes.ts";
import { assertSound, type SoundBut } from "./oracle.ts";

export const DAY = "2027-03-01";

export interface Arrival {
  readonly home: SystemHome;
  readonly daemon: Daemon;
  readonly inbox: (...name: string[]) => string;
  /** The customer's forecast under that control and release number. */
  readonly forecast: (control: number) => string;
}

/** What the settings of `config/gateway.yaml` say of the intake unless a test says otherwise. */
export const INTAKE = "quietMilliseconds: 60, scanSeconds: 1";

/** A home that has its blanket order; made once and copied. */
export async function readyHome(): Promise<SystemHome> {
  const home = await systemHome("sqlite");
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await home.on(DAY, ["run"]);
  return home;
}

/** Replaces one line of a settings file. */
export function setting(home: SystemHome, settings: string, line: RegExp, by: string): void {
  const at = path.join(home.path, settings);
  const before = readFileSync(at, "utf8");
  assert.match(before, line);
  writeFileSync(at, before.replace(line, by));
}

/** Starts the daemon in a home and waits until it watches. */
export async function arrivalIn(
  home: SystemHome,
  { intake = INTAKE, env = {} }: { intake?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Arrival> {
  setting(home, "config/gateway.yaml", /^intake: .*$/m, `intake: { ${intake} }`);
  const daemon = startDaemon(["--home", home.path, "--business-date", DAY], {
    env: { CALLOFF_NOW: `${DAY}T06:00:00Z`, ...env },
  });
  await daemon.next("ready");
  return {
    home,
    daemon,
    inbox: (...name) => path.join(home.path, "inbox", ...name),
    forecast: (control) => nextForecast(home, control, String(2000 - control)),
  };
}

/** Stops the daemon, asks the oracle, and gives the files of the customer in the order of their claims. */
export async function soundEnd({ home, daemon }: Arrival, but: SoundBut = {}): Promise<FileRow[]> {
  daemon.kill("SIGTERM");
  const { code, stderr } = await daemon.ended;
  assert.equal(code, 0, stderr);
  await home.on(DAY, ["run"]);
  await assertSound(home, but);
  return filesOf(home);
}

export const filesOf = (home: SystemHome): Promise<FileRow[]> =>
  inStore(home, (store) => select(store, file, "WHERE folder <> 'erp' ORDER BY id"));

/** `[name, state]` of every file of the customer. */
export const outcomes = (rows: readonly FileRow[]): string[][] => rows.map(({ name, state }) => [name, state]);

/** Control numbers of the customer's sets that had an effect, in the order they had it. */
export const appliedSets = (home: SystemHome): Promise<string[]> =>
  inStore(home, async (store) => {
    const rows = await select(store, revision, "ORDER BY id");
    const sets = await select(store, message, "ORDER BY id");
    const envelopes = await select(store, interchange, "ORDER BY id");
    return rows.map((row) => {
      const set = sets.find(({ id }) => id === row.message_id);
      const control = envelopes.find(({ id }) => id === set?.interchange_id)?.control ?? "";
      return `${Number(control)} ${row.state}`;
    });
  });
