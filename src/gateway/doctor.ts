/** Whether a machine and a home are fit to run: one line per question, each ok, warn or fail, with the remedy. Changes nothing. */

import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { type Configuration, loadConfiguration } from "../config/configuration.ts";
import { dateIn, instantOf } from "../values/clock.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { placeInWords } from "../values/finding.ts";
import { databaseLines, sqliteLine } from "./doctor-database.ts";
import { folderLines } from "./doctor-folders.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { foldersOfHome, isHome } from "./folders.ts";
import { checkJob } from "./timetable.ts";

const MEBI = 1024 * 1024;
const LITTLE_DISK = 1024 * MEBI;
const NO_DISK = 64 * MEBI;
const FEW_OPEN_FILES = 256;

/** Looks at the machine, then at the home. Every line stands on its own: one that fails does not hide the next. */
export async function examine(home: string, now: Date): Promise<DoctorLine[]> {
  const lines = [
    nodeLine(process.versions.node),
    await sqliteLine(),
    clockLine(now),
    openFilesLine(),
    inotifyLine(home),
  ];
  if (!isHome(home)) return [...lines, noHome(home)];
  const configuration = configurationOrFault(home);
  if (configuration instanceof Error) {
    return [...lines, faultLine("configuration", configuration), diskLine(home), ...folderLines(home, [])];
  }
  return [
    ...lines,
    configurationLine(configuration),
    zoneLine(configuration, now),
    timetableLine(configuration),
    diskLine(home),
    ...folderLines(home, foldersOfHome(configuration)),
    ...(await databaseLines(configuration, now)),
  ];
}

/** The oldest Node.js that calloff runs on, and the oldest that is still cared for by its makers. */
export function nodeLine(version: string): DoctorLine {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    return {
      subject: "node",
      health: "fail",
      message: `Node.js ${version} is too old; 20.19 is the oldest that is supported`,
      remedy: "Install Node.js 22 or 24",
    };
  }
  const note = major < 22 ? "; 22 or 24 are advised, this line is past its end of life" : "";
  return { subject: "node", health: "ok", message: `Node.js ${version}${note}` };
}

function clockLine(now: Date): DoctorLine {
  const year = now.getUTCFullYear();
  if (year >= 2025 && year < 2100) return { subject: "clock", health: "ok", message: now.toISOString() };
  return {
    subject: "clock",
    health: "fail",
    message: `The machine's clock says ${now.toISOString()}`,
    remedy: "Set the clock (NTP); every business date follows from it",
  };
}

function openFilesLine(): DoctorLine {
  const limit = softLimitOfOpenFiles();
  if (limit === undefined) return { subject: "open files", health: "ok", message: "no limit is stated here" };
  if (limit >= FEW_OPEN_FILES) return { subject: "open files", health: "ok", message: `up to ${limit}` };
  return {
    subject: "open files",
    health: "warn",
    message: `Only ${limit} files may be open at once`,
    remedy: "Raise it: ulimit -n 65536, or LimitNOFILE=65536 in the unit file",
  };
}

function softLimitOfOpenFiles(): number | undefined {
  const match = /^Max open files\s+(\d+)/m.exec(textOf("/proc/self/limits"));
  return match === null ? undefined : Number(match[1]);
}

/** Linux only: each watched folder takes one watch, each program that watches one instance. */
function inotifyLine(home: string): DoctorLine {
  const subject = "watching";
  const watches = Number(textOf("/proc/sys/fs/inotify/max_user_watches"));
  const instances = Number(textOf("/proc/sys/fs/inotify/max_user_instances"));
  if (!(watches > 0 && instances > 0)) {
    return { subject, health: "ok", message: "no inotify limit is stated here; the periodic scan finds every file" };
  }
  const needed = existsSync(path.join(home, "inbox")) ? 256 : 0;
  if (watches >= needed && instances >= 16) {
    return { subject, health: "ok", message: `inotify: ${watches} watches, ${instances} instances` };
  }
  return {
    subject,
    health: "warn",
    message: `inotify allows ${watches} watches and ${instances} instances; files are then found by the periodic scan only`,
    remedy: "sysctl -w fs.inotify.max_user_watches=65536 fs.inotify.max_user_instances=128",
  };
}

const noHome = (home: string): DoctorLine => ({
  subject: "home",
  health: "fail",
  message: `${home} is no home of calloff: it has no config/gateway.yaml`,
  remedy: "Name one with --home DIR, or lay one out with calloff init DIR",
});

function configurationOrFault(home: string): Configuration | Error {
  try {
    return loadConfiguration(home);
  } catch (thrown) {
    return coerceError(thrown);
  }
}

/** Any fault as a line that fails. */
export function faultLine(subject: string, error: Error): DoctorLine {
  if (!(error instanceof CalloffError)) return { subject, health: "fail", message: error.message };
  const place = error.place === undefined ? "" : ` at ${placeInWords(error.place)}`;
  const expected = error.expected === undefined ? "" : `; expected ${error.expected}`;
  const found = error.found === undefined ? "" : `, found ${error.found}`;
  return {
    subject,
    health: "fail",
    message: `${error.code}${place}: ${error.message}${expected}${found}`,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
  };
}

function configurationLine(configuration: Configuration): DoctorLine {
  const { partners, policies, mappings } = configuration;
  const counts = `${partners.size} partners, ${policies.size} policies, ${mappings.names().length} mappings`;
  return { subject: "configuration", health: "ok", message: counts };
}

function zoneLine({ gateway }: Configuration, now: Date): DoctorLine {
  const zone = gateway.company.timeZone;
  const today = dateIn(zone, instantOf(now.toISOString()));
  return { subject: "time zone", health: "ok", message: `${zone}, where it is ${today}` };
}

function timetableLine({ gateway }: Configuration): DoctorLine {
  const jobs = Object.entries(gateway.timetable);
  try {
    for (const [name, expression] of jobs) checkJob({ name, expression });
  } catch (thrown) {
    return faultLine("timetable", coerceError(thrown));
  }
  const said = jobs.map(([name, expression]) => `${name} ${expression}`).join(", ");
  return { subject: "timetable", health: "ok", message: said };
}

function diskLine(home: string): DoctorLine {
  const subject = "disk";
  const { bavail, bsize, files, ffree } = statfsSync(home);
  const free = bavail * bsize;
  const message = `${Math.floor(free / MEBI)} MiB free where the home lies`;
  if (files > 0 && ffree / files < 0.01) {
    return { subject, health: "warn", message: `${ffree} of ${files} inodes left`, remedy: "Delete or move old files" };
  }
  if (free >= LITTLE_DISK) return { subject, health: "ok", message };
  return { subject, health: free < NO_DISK ? "fail" : "warn", message, remedy: "Free space, or move the home" };
}

function textOf(file: string): string {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isFile() ? readFileSync(file, "utf8") : "";
  } catch {
    return "";
  }
}
