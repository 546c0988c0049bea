/** A home with two customers and an ERP, what its daemon and its doctor say, and file systems mounted in it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { calloff, type Daemon, type Ended, type Event, startDaemon } from "../support/program.ts";
import { type Kind, nextForecast, type SystemHome, systemHome } from "./homes.ts";

export const DAY = "2027-03-01";
const NOW = { CALLOFF_NOW: `${DAY}T06:00:00Z` };

export interface DoctorLine {
  readonly subject: string;
  readonly health: "ok" | "warn" | "fail";
  readonly message: string;
  readonly remedy?: string;
}

interface Started {
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Scene {
  readonly home: SystemHome;
  /** A path in the home. */
  at(...names: string[]): string;
  /** A forecast of a customer, as his next interchange. */
  forecast(partner: "acme" | "beta", control: number): string;
  /** Drops a forecast under that name. */
  drop(partner: "acme" | "beta", name: string, control: number): void;
  start(surroundings?: Started): Promise<Daemon>;
  /** The same, its events unheard. */
  background(surroundings?: Started): Daemon;
  /** Ends the daemon as a service manager does, and gives what it said. */
  stop(): Promise<Ended>;
  /** Any command beside the daemon; its exit code is the caller's to judge. */
  run(command: string, ...more: (string | Readonly<Record<string, string>>)[]): Promise<Ended>;
  /** What the doctor finds wrong, in the words that people read. */
  doctor(): Promise<{ readonly code: number | null; readonly bad: readonly DoctorLine[] }>;
  tmpfs(folder: string, options: string): void;
  /** A disk of so many megabytes, empty, made in a file of the home. */
  ext4(folder: string, megabytes: number): void;
  bind(from: string, folder: string, options?: string): void;
  unmount(folder: string): void;
  remove(): Promise<void>;
}

/** Homes that scenes are copies of, made once. */
const begun = new Map<Kind, Promise<SystemHome>>();

async function begin(kind: Kind): Promise<SystemHome> {
  const home = await systemHome(kind);
  const settings = path.join(home.path, "config/gateway.yaml");
  writeFileSync(settings, readFileSync(settings, "utf8").replace("logLevel: error", "logLevel: info"));
  const partners = path.join(home.path, "config/partners");
  const acme = readFileSync(path.join(partners, "acme.yaml"), "utf8");
  writeFileSync(path.join(partners, "beta.yaml"), acme.replace("id: ACME }", "id: BETA }"));
  for (const folder of ["inbox/beta", "outbox/beta"]) mkdirSync(path.join(home.path, folder), { recursive: true });
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await home.on(DAY, ["run"]);
  return home;
}

/** After the last scene of a test file. */
export async function endScenes(): Promise<void> {
  for (const home of begun.values()) await (await home).remove();
  begun.clear();
}

/** Runs a program of the system that has to succeed. */
export const must = (...words: string[]): void => {
  const { status, stderr, error } = spawnSync(words[0] as string, words.slice(1), { encoding: "utf8" });
  if (status !== 0) throw new Error(`${words.join(" ")}: ${error?.message ?? stderr}`);
};

/** A home whose customer acme has a blanket order and whose customer beta has none, at rest. */
export async function scene(kind: Kind = "sqlite"): Promise<Scene> {
  const first = begun.get(kind) ?? begin(kind);
  begun.set(kind, first);
  const home = await (await first).copy();
  const at = (...names: string[]): string => path.join(home.path, ...names);
  const mounted: string[] = [];
  let daemon: Daemon | undefined;

  const mount = (folder: string, ...words: string[]): void => {
    mkdirSync(at(folder), { recursive: true });
    must("mount", ...words, at(folder));
    mounted.push(folder);
  };
  const unmount = (folder: string): void => {
    must("umount", "--lazy", at(folder));
    mounted.splice(mounted.lastIndexOf(folder), 1);
  };
  const forecast: Scene["forecast"] = (partner, control) => {
    const text = nextForecast(home, control, String(2000 + control));
    return partner === "acme" ? text : text.replaceAll("ACME", "BETA");
  };

  const background = ({ through = [], env = {} }: Started = {}): Daemon => {
    daemon = startDaemon(["--home", home.path, "--business-date", DAY], { through, env: { ...NOW, ...env } });
    return daemon;
  };

  return {
    home,
    at,
    forecast,
    drop: (partner, name, control) => home.drop(partner, name, forecast(partner, control)),
    start: async (surroundings) => {
      const started = background(surroundings);
      await started.next("ready");
      return started;
    },
    background,
    stop: async () => {
      daemon?.kill("SIGTERM");
      const ended = await (daemon as Daemon).ended;
      daemon = undefined;
      return ended;
    },
    run: (...given) => {
      const args = given.filter((one) => typeof one === "string");
      const env = Object.assign({ ...NOW }, ...given.filter((one) => typeof one === "object")) as Record<
        string,
        string
      >;
      return calloff([...args, "--home", home.path, "--business-date", DAY], { env });
    },
    doctor: async () => {
      const later = { CALLOFF_NOW: `${DAY}T06:05:00Z` };
      const { code, stdout } = await calloff(["doctor", "--json", "--home", home.path], { env: later });
      const { lines } = JSON.parse(stdout) as { lines: DoctorLine[] };
      return { code, bad: lines.filter(({ health, subject }) => health !== "ok" && subject !== "sqlite") };
    },
    tmpfs: (folder, options) => mount(folder, "-t", "tmpfs", "-o", options, "tmpfs"),
    ext4: (folder, megabytes) => {
      const disk = at(`${folder.replaceAll("/", "-")}.disk`);
      writeFileSync(disk, Buffer.alloc(megabytes * 1024 ** 2));
      must("mkfs.ext4", "-q", disk);
      mount(folder, "-o", "loop", disk);
    },
    bind: (from, folder, options) => {
      mount(folder, "--bind", at(from));
      if (options !== undefined) must("mount", "-o", `remount,bind,${options}`, at(folder));
    },
    unmount,
    remove: async () => {
      daemon?.kill("SIGKILL");
      await daemon?.ended;
      for (const folder of mounted.toReversed()) spawnSync("umount", ["--lazy", at(folder)]);
      await home.remove();
    },
  };
}

/** What the doctor says of one subject. */
export const lineOf = (lines: readonly DoctorLine[], subject: string): DoctorLine => {
  const found = lines.find((line) => line.subject === subject);
  assert.ok(found !== undefined, `the doctor says nothing of ${subject}: ${JSON.stringify(lines)}`);
  return found;
};

/** Entries of a log at a level where somebody has to act, that are about such a place or code. */
export function alarms(stderr: string, about: RegExp): Record<string, unknown>[] {
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ level }) => level === "error" || level === "warn")
    .filter((entry) => about.test(`${String(entry["message"])} ${String(entry["place"])}`));
}

/** A fault that began, in the words of its event. */
export const faultAt = (daemon: Daemon, place: string): Promise<Event> =>
  daemon.next("fault.began", (event) => event["place"] === place);

/** Runs the program so that its system calls on one path fail. */
export const failing = (file: string, inject: string): string[] =>
  `strace -D -f -qq -o /dev/null -P ${file} -e inject=${inject}`.split(" ");
