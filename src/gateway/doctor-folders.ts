/** Doctor's questions about a home's folders: there, writable, private, and on which file system. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { systemWords } from "../exchange/system-words.ts";
import { coerceError } from "../values/errors.ts";
import { shellWord } from "../values/shell.ts";
import type { DoctorLine } from "./doctor-line.ts";

/** File systems on which two machines may hold one file; SQLite's write-ahead log does not work there (statfs f_type). */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
]);

/** Lines about the inbox, the outbox, the data folder and the settings. */
export function folderLines(home: string, folders: readonly string[]): DoctorLine[] {
  return [
    existenceLine(home, folders),
    ...["inbox", "outbox", "data"].map((top) => writeLine(home, top, foldersBelow(top, folders))),
    deviceLine(home, folders),
    dataLine(home),
    settingsLine(home),
  ];
}

function existenceLine(home: string, folders: readonly string[]): DoctorLine {
  const missing = folders.filter((folder) => !existsSync(path.join(home, folder)));
  const message =
    missing.length === 0
      ? `${folders.length} folders for partners and the ERP`
      : `${missing.length} of ${folders.length} folders are not there yet and are made at the next start: ${missing.join(", ")}`;
  return { subject: "folders", health: "ok", message };
}

const foldersBelow = (top: string, folders: readonly string[]): string[] => [
  top,
  ...(top === "data" ? ["data/archive", "data/quarantine"] : folders.filter((folder) => folder.startsWith(`${top}/`))),
];

/** Tries each folder the way files go through it. */
function writeLine(home: string, top: string, folders: readonly string[]): DoctorLine {
  const subject = `write ${top}`;
  const refused = folders.flatMap((folder) => {
    const code = refusalOf(path.join(home, folder));
    return code === undefined ? [] : [{ folder, code }];
  });
  const [first] = refused;
  if (first === undefined) {
    return { subject, health: "ok", message: "a file can be written, synced, renamed and removed" };
  }
  const named = refused.map(({ folder, code }) => `${folder}: ${systemWords(code).what} (${code})`);
  return { subject, health: "fail", message: named.join("; "), remedy: systemWords(first.code).remedy };
}

const PROBE = Buffer.alloc(4096);

/** Writes, syncs, renames and removes a file; gives what the system said where it refused. */
function refusalOf(folder: string): string | undefined {
  const probe = path.join(nearestExisting(folder), `.calloff-doctor-${process.pid}`);
  try {
    const descriptor = openSync(probe, "wx", 0o600);
    try {
      writeSync(descriptor, PROBE);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(probe, `${probe}.renamed`);
    unlinkSync(`${probe}.renamed`);
    return undefined;
  } catch (thrown) {
    remove(probe);
    return (coerceError(thrown) as NodeJS.ErrnoException).code ?? "EIO";
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It was never made.
  }
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(path.dirname(folder));
}

/** Files are claimed by rename, which stays on one file system. */
function deviceLine(home: string, folders: readonly string[]): DoctorLine {
  const subject = "file systems";
  const inbox = deviceOf(path.join(home, "inbox"));
  const own = folders.filter((folder) => folder.startsWith("inbox/") && deviceOf(path.join(home, folder)) !== inbox);
  const elsewhere = ["outbox", "data"].filter((folder) => deviceOf(path.join(home, folder)) !== inbox);
  const said = [
    ...own.map((folder) => `${folder} is a file system of its own, so its files are claimed inside it`),
    ...elsewhere.map((folder) => `${folder} is on another file system than the inbox, which is allowed`),
  ];
  return { subject, health: "ok", message: said.length === 0 ? "inbox, outbox and data are on one" : said.join("; ") };
}

const deviceOf = (folder: string): number => statSync(nearestExisting(folder)).dev;

function dataLine(home: string): DoctorLine {
  const subject = "data";
  const data = path.join(home, "data");
  const network = NETWORK_FILE_SYSTEMS.get(statfsSync(nearestExisting(data)).type);
  if (network !== undefined) {
    return {
      subject,
      health: "fail",
      message: `data/ is on a network file system (${network}), where SQLite loses data`,
      remedy: "Put the home on a local disk, or use PostgreSQL",
    };
  }
  if (!existsSync(data)) return { subject, health: "ok", message: "data/ is made at the first start" };
  const mode = statSync(data).mode & 0o777;
  if ((mode & 0o077) === 0) return { subject, health: "ok", message: "data/ is private to its owner" };
  return {
    subject,
    health: "warn",
    message: `data/ can be entered by others (mode ${mode.toString(8)}); it holds every partner's files`,
    remedy: `chmod 700 ${shellWord(data)}`,
  };
}

/** What partners can write must never be what calloff obeys. */
function settingsLine(home: string): DoctorLine {
  const subject = "settings";
  const open = ["config", "config/partners", "config/policies", "mappings"].filter((folder) => {
    const there = path.join(home, folder);
    return existsSync(there) && (statSync(there).mode & 0o002) !== 0;
  });
  if (open.length === 0)
    return { subject, health: "ok", message: "config/ and mappings/ are not writable by everybody" };
  return {
    subject,
    health: "warn",
    message: `Everybody may write to ${open.join(", ")}`,
    remedy: `chmod o-w ${open.map((folder) => shellWord(path.join(home, folder))).join(" ")}`,
  };
}
