/** Doctor's questions about the work: what stands in a keeper's way, what waits to leave, what nobody takes. */
import { accessSync, constants, lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { kindOf, refusalOfKind } from "../exchange/eligibility.ts";
import { systemWords } from "../exchange/system-words.ts";
import type { Store } from "../store/store.ts";
import { coerceError } from "../values/errors.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { keepersSay } from "./keeper-report.ts";

/** Longer than a keeper that is well takes to write a file. */
const LONG_MS = 60_000;
const MOST_NAMED = 5;

/** What the keepers that run now say stands in their way. */
export function keeperLines(home: string): DoctorLine[] {
  const says = keepersSay(home);
  return says.flatMap(({ process: number, command, faults }) =>
    faults.map(({ code, what, remedy, since }) => ({
      subject: "fault",
      health: "fail" as const,
      message: `${what} (${code}, since ${since}, calloff ${command}, process ${number})`,
      remedy,
    })),
  );
}

/** What lies in the inbox and is never taken: no file, a name or a right that forbids it. */
export function lyingLine(home: string, folders: readonly string[]): DoctorLine {
  const subject = "inbox";
  const found = folders
    .filter((folder) => folder.startsWith("inbox/"))
    .map((folder) => ({ folder, ...lying(home, folder) }));
  const unread = found.filter(({ code }) => code !== undefined);
  const first = unread[0];
  if (first !== undefined) {
    const { what, remedy } = systemWords(String(first.code));
    return {
      subject,
      health: "fail",
      message: `${unread.map(({ folder }) => folder).join(", ")} cannot be read: ${what} (${first.code})`,
      remedy,
    };
  }
  const left = found.flatMap(({ left: names }) => names);
  if (left.length === 0) return { subject, health: "ok", message: "nothing lies there that is never taken" };
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : "";
  return {
    subject,
    health: "warn",
    message: `left where they lie: ${left.slice(0, MOST_NAMED).join("; ")}${more}`,
    remedy: "Give calloff's user the right to read them, or take them away; let the sender drop plain files",
  };
}

function lying(home: string, folder: string): { left: string[]; code?: string } {
  const at = path.join(home, folder);
  try {
    const names = readdirSync(at).filter((name) => !name.startsWith("."));
    const left = names.flatMap((name) => {
      const reason = whyLeft(path.join(at, name));
      return reason === undefined ? [] : [`${folder}/${name} (${reason})`];
    });
    return { left };
  } catch (thrown) {
    const { code = "EIO" } = coerceError(thrown) as NodeJS.ErrnoException;
    return code === "ENOENT" ? { left: [] } : { left: [], code };
  }
}

function whyLeft(file: string): string | undefined {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  const reason = refusalOfKind({ kind: kindOf(status), links: status.nlink });
  if (reason !== undefined) return reason;
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (thrown) {
    const { code = "EIO" } = coerceError(thrown) as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : systemWords(code).what;
  }
}

/** Files of one folder of the outbox that are in one state. */
interface Unwritten {
  readonly state: string;
  readonly folder: string;
  readonly files: number;
  readonly oldest: string;
}

/** What waits to be written, and what needs a decision before it leaves. */
export async function leavingLines(store: Store, now: Date): Promise<DoctorLine[]> {
  const rows = await store.ask(
    `SELECT state, folder, COUNT(*) AS files, MIN(created_at) AS oldest FROM outbox_file
     WHERE state <> 'written' GROUP BY state, folder ORDER BY folder, state`,
  );
  const unwritten = rows.map((row) => ({
    state: String(row["state"]),
    folder: String(row["folder"]),
    files: Number(row["files"]),
    oldest: String(row["oldest"]),
  }));
  return [waitingLine(unwritten, now), decisionLine(unwritten), await unansweredLine(store, now)];
}

/** What partners have not acknowledged in the time that their files give them. */
async function unansweredLine(store: Store, now: Date): Promise<DoctorLine> {
  const subject = "acknowledgements";
  const rows = await store.ask(
    `SELECT p.receiver AS receiver, COUNT(*) AS documents, MIN(f.name) AS name FROM outbox_part p
     JOIN outbox_file f ON f.id = p.outbox_file_id
     WHERE p.overdue_since <> '' OR (p.answer_due <> '' AND p.answer_due <= :now) GROUP BY p.receiver ORDER BY p.receiver`,
    { now: now.toISOString() },
  );
  if (rows.length === 0) return { subject, health: "ok", message: "no acknowledgement is overdue" };
  const words = rows.map(
    ({ receiver, documents, name }) => `${Number(documents)} of ${String(receiver)}, such as ${String(name)}`,
  );
  return {
    subject,
    health: "warn",
    message: `overdue: ${words.join("; ")}`,
    remedy:
      "Ask the partner whether he has them; calloff outbox show ID says when each was written, calloff outbox resend ID --again sends it again",
  };
}

function waitingLine(unwritten: readonly Unwritten[], now: Date): DoctorLine {
  const subject = "outbox";
  const waiting = unwritten.filter(({ state }) => state === "rendered" || state === "staged");
  const oldest = waiting.map((row) => row.oldest).toSorted()[0];
  if (oldest === undefined) return { subject, health: "ok", message: "no file waits to be written" };
  const counts = waiting.map(({ files, folder }) => `${files} into outbox/${folder}`).join(", ");
  const message = `waiting to be written: ${counts}; the oldest since ${oldest}`;
  if (now.getTime() - Date.parse(oldest) < LONG_MS) return { subject, health: "ok", message };
  return {
    subject,
    health: "warn",
    message,
    remedy: "See the lines that fail, and that calloff start runs; they are written by themselves",
  };
}

function decisionLine(unwritten: readonly Unwritten[]): DoctorLine {
  const subject = "uncertain";
  const held = unwritten.filter(({ state }) => state === "uncertain" || state === "failed");
  if (held.length === 0) return { subject, health: "ok", message: "every file that left is known to have left" };
  return {
    subject,
    health: "warn",
    message: held.map(({ files, state, folder }) => `${files} ${state} in outbox/${folder}`).join(", "),
    remedy: "calloff outbox list names them; ask their reader, then calloff outbox resend ID",
  };
}
