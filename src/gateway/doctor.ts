/** Whether a machine and a home are fit to run: one line per question, each ok, warn or fail, with the remedy. Changes nothing. */

import { type Configuration, loadConfiguration } from "../config/configuration.ts";
import { dateIn, instantOf } from "../values/clock.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { placeInWords } from "../values/finding.ts";
import { databaseLines, sqliteLine } from "./doctor-database.ts";
import { diskLines, mountLine } from "./doctor-disks.ts";
import { folderLines } from "./doctor-folders.ts";
import { limitLines } from "./doctor-limits.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { keeperLines, lyingLine } from "./doctor-work.ts";
import { foldersOfHome, isHome } from "./folders.ts";
import { checkJob } from "./timetable.ts";

/** Looks at the machine, then at the home. Every line stands on its own: one that fails does not hide the next. */
export async function examine(home: string, now: Date): Promise<DoctorLine[]> {
  const lines = [nodeLine(process.versions.node), await sqliteLine(), clockLine(now), ...limitLines(home)];
  if (!isHome(home)) return [...lines, noHome(home)];
  const configuration = configurationOrFault(home);
  if (configuration instanceof Error) {
    const fault = faultLine("configuration", configuration);
    return [...lines, fault, ...diskLines(home, []), ...folderLines(home, []), ...keeperLines(home)];
  }
  const folders = foldersOfHome(configuration);
  return [
    ...lines,
    configurationLine(configuration),
    zoneLine(configuration, now),
    timetableLine(configuration),
    ...diskLines(home, folders),
    await mountLine(home),
    ...folderLines(home, folders),
    lyingLine(home, folders),
    ...(await databaseLines(configuration, now)),
    ...keeperLines(home),
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
