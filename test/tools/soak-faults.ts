/** What is sprinkled over a soak: files of every kind, readers, planners, shipments, and folders that cannot be written. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { calloffHere } from "../support/program.ts";
import { confirmation, nextForecast, type SystemHome } from "../system/homes.ts";

export interface Sprinkler {
  /** Does one thing, drawn by the seed; says what. */
  next(): Promise<string>;
  /** Takes back what keeps the gateway from coming to an end: mounts, pipes. */
  over(): void;
  /** Files put into the inbox so far. */
  readonly dropped: () => number;
  /** Files that the readers took out of the outbox, as paths in it. */
  readonly taken: readonly string[];
  /** Files of others in the outbox. */
  readonly others: readonly string[];
}

/** Numbers between 0 and 1, the same for the same seed. */
export function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The folder of the outbox that lies on a small file system of its own. */
const SMALL = "outbox/acme";
const FILLER = ".filler";

/** Mounts the small file system; whoever may not has no full or read-only folder in the soak. */
export function mountSmall(home: SystemHome, files: number): boolean {
  // The answers to the first load find room, a page each.
  const options = ["-t", "tmpfs", "-o", `size=${2048 + 4 * files}k`, "tmpfs", path.join(home.path, SMALL)];
  return spawnSync("mount", options).status === 0;
}

/**
 * @param draw numbers between 0 and 1
 * @param from control number before the first one
 * @param today the business date of the daemon
 */
export function sprinkler(
  home: SystemHome,
  { draw, from, mounted, today }: { draw: () => number; from: number; mounted: boolean; today: () => string },
): Sprinkler {
  const taken: string[] = [];
  const halves: { readonly file: string; readonly rest: string }[] = [];
  const shipped = new Set<string>();
  let dropped = 0;
  let control = from;
  let names = 0;
  let readOnly = false;
  const inbox = (folder: string, name: string) => path.join(home.path, "inbox", folder, name);
  const small = path.join(home.path, SMALL);
  const one = <T>(of: readonly T[]): T | undefined => of[Math.floor(draw() * of.length)];
  const name = (): string => `soak-${String((names += 1)).padStart(7, "0")}.edi`;
  const forecast = (n: number): string => nextForecast(home, n, String(1000 + (n % 900)));
  const drop = (folder: string, as: string | Buffer, content: string | Buffer): void => {
    const file = Buffer.concat([Buffer.from(`${inbox(folder, "")}/`), Buffer.from(as)]);
    writeFileSync(file, content);
    dropped += 1;
  };

  function half(): void {
    const text = forecast((control += 1));
    const at = 50 + Math.floor(draw() * (text.length - 60));
    const as = name();
    drop("acme", as, text.slice(0, at));
    halves.push({ file: inbox("acme", as), rest: text.slice(at) });
  }

  function finishHalf(): void {
    const [next] = halves.splice(0, 1);
    if (next === undefined) return;
    try {
      // Never made anew: what was set aside meanwhile stays what it was.
      const descriptor = openSync(next.file, constants.O_WRONLY | constants.O_APPEND);
      writeSync(descriptor, next.rest);
      closeSync(descriptor);
    } catch {
      // The gateway's patience was over.
    }
  }

  function hostile(): void {
    const contents = ["", " \n", "\u00ef\u00bb\u00bf", "%PDF-1.7", "{", `ISA${"*".repeat(300)}`, "\u0000".repeat(100)];
    drop("acme", name(), one(contents) ?? "");
  }

  function hostileName(): void {
    drop("acme", Buffer.concat([Buffer.from([0xe4, 0x1b, 0x0a]), Buffer.from(name())]), "ISA");
  }

  function notAFile(): void {
    const as = inbox("acme", name());
    if (draw() < 0.5) symlinkSync(path.join(home.path, "config/gateway.yaml"), as);
    else spawnSync("mkfifo", [as]);
  }

  /** An interchange that takes a reader longer than it may. */
  function poison(): void {
    const text = forecast((control += 1));
    const step = "FST*1*C*D*20270401~\n";
    drop("acme", name(), text.replace(/(FST\*[^~]*~\n)+/, step.repeat(200_000)).replace(/SE\*\d+\*/, "SE*200008*"));
  }

  function ship(): void {
    const orders = readdirSync(path.join(home.path, "outbox/erp"))
      .map((file) => /^order_(SO-\d+)\.json$/.exec(file)?.[1])
      .filter((number) => number !== undefined && !shipped.has(number));
    const order = one(orders);
    if (order === undefined) return;
    shipped.add(order);
    drop("erp", `${name()}.json`, confirmation(String(shipped.size), order, String(1 + Math.floor(draw() * 900))));
  }

  function read(): void {
    for (const folder of ["acme", "erp"]) {
      for (const file of readdirSync(path.join(home.path, "outbox", folder))) {
        if (file.startsWith(".") || (folder === "erp" && draw() < 0.8)) continue;
        try {
          unlinkSync(path.join(home.path, "outbox", folder, file));
          taken.push(`${folder}/${file}`);
        } catch {
          // The folder is read-only just now.
        }
      }
    }
  }

  async function plan(): Promise<void> {
    const id = String(1 + Math.floor(draw() * (control + 1)));
    const commands = [
      ["schedule", "list", "--held"],
      ["schedule", "accept", id],
      ["schedule", "withdraw", id, "--reason", "soak"],
      ["file", "list"],
      ["outbox", "list"],
      ["blanket", "list"],
      ["file", "retry", id],
    ];
    // Refused or done: whichever, the oracle is asked at the end.
    await calloffHere([...(one(commands) as string[]), "--home", home.path, "--business-date", today()]);
  }

  function full(): void {
    if (!mounted) return;
    if (readOnly) return;
    const filler = path.join(small, FILLER);
    if (existsSync(filler)) rmSync(filler);
    else spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=64k"], { stdio: "ignore" });
  }

  function lock(): void {
    if (!mounted) return;
    // Not while somebody writes into it.
    const { status } = spawnSync("mount", ["-o", `remount,${readOnly ? "rw" : "ro"}`, small]);
    if (status === 0) readOnly = !readOnly;
  }

  const known: readonly (readonly [share: number, what: string, does: () => void | Promise<void>])[] = [
    [30, "good", () => drop("acme", name(), forecast((control += 1)))],
    [
      10,
      "renamed in",
      () => {
        const as = name();
        drop("acme", `${as}.part`, forecast((control += 1)));
        renameSync(inbox("acme", `${as}.part`), inbox("acme", as));
      },
    ],
    [8, "duplicate", () => drop("acme", name(), forecast(Math.max(1, Math.floor(draw() * control))))],
    [4, "control number again", () => drop("acme", name(), forecast(1 + control).replace("FST*", "FST*9"))],
    [8, "half", half],
    [8, "half finished", finishHalf],
    [6, "hostile", hostile],
    [1, "hostile name", hostileName],
    [1, "no file", notAFile],
    [0.3, "poison", poison],
    [10, "shipment", ship],
    [6, "outbox read", read],
    [6, "planner", plan],
    [2, "outbox full or free", full],
    [2, "outbox read-only or not", lock],
  ];
  const shares = known.reduce((sum, [share]) => sum + share, 0);

  return {
    taken,
    others: [`acme/${FILLER}`],
    dropped: () => dropped,
    next: async () => {
      let at = draw() * shares;
      for (const [share, what, does] of known) {
        at -= share;
        if (at > 0) continue;
        await does();
        return what;
      }
      return "";
    },
    over: () => {
      if (readOnly) lock();
      rmSync(path.join(small, FILLER), { force: true });
      read();
    },
  };
}
