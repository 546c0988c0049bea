/** Decides, from names and file status alone, what is done with an entry of an inbox folder. Pure. */

/** What `lstat` says about an entry. */
export interface Seen {
  readonly name: string;
  /** False when the bytes of the name are no UTF-8. */
  readonly nameIsText: boolean;
  readonly kind: "file" | "directory" | "symbolic link" | "named pipe" | "socket" | "device";
  readonly links: number;
  readonly size: number;
  /** Modification time in nanoseconds, as the file system states it. */
  readonly modified: bigint;
  /** Change time in milliseconds since 1970: unlike the modification time, no sender can set it. */
  readonly changed: number;
  readonly inode: bigint;
  readonly device: bigint;
  /**
   * Milliseconds since its last change, where nobody has looked before and only the file's own time tells; 0 from a process that
   * was looking when it came, so that a clock that jumps ages nothing.
   */
  readonly age: number;
}

/** What an entry looked like, and since when it has. */
export interface Look {
  readonly size: number;
  readonly modified: bigint;
  readonly inode: bigint;
  readonly device: bigint;
  /** Milliseconds since 1970 by the file system's clock: the last change, also of a name or of rights. */
  readonly changed: number;
  /** Monotonic milliseconds of the first look at which it was like this. */
  readonly since: number;
  /** Milliseconds that it had been like this at the first look. */
  readonly age: number;
  /** Whether it has been reported as refused, so that it is reported once. */
  readonly reported: boolean;
  /** Whether it has been told that its end has not come. */
  readonly incomplete: boolean;
}

/** What `lstat` can be asked. */
interface Status {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

export function kindOf(status: Status): Seen["kind"] {
  if (status.isFile()) return "file";
  if (status.isDirectory()) return "directory";
  if (status.isSymbolicLink()) return "symbolic link";
  if (status.isFIFO()) return "named pipe";
  return status.isSocket() ? "socket" : "device";
}

/** Why an entry is never read, whatever its name and size. */
export function refusalOfKind({ kind, links }: Pick<Seen, "kind" | "links">): string | undefined {
  if (kind !== "file") return `a ${kind} is never read`;
  return links > 1 ? "a file with several names (hard links) is never read" : undefined;
}

export interface IntakeRules {
  readonly quietMilliseconds: number;
  readonly largestBytes: number;
  /** Suffix of the companion that says a file is complete. */
  readonly doneFile: string | undefined;
  /** Names of the folder, to find companions among. */
  readonly names: ReadonlySet<string>;
}

export type EntryVerdict =
  /** Not for us: a hidden or temporary name, a companion, our own folder. */
  | { readonly what: "ignore" }
  /** Never read; said once. */
  | { readonly what: "refuse"; readonly reason: string; readonly look: Look }
  /** Not quiet yet, or its companion is missing. */
  | { readonly what: "wait"; readonly look: Look }
  /** Quiet; its content may still be incomplete. */
  | { readonly what: "quiet"; readonly look: Look };

/** Longest name taken, in bytes: a claim number goes in front and a name may have 255. */
const LONGEST_NAME = 200;
/** Controls, and marks that turn or hide text: what is shown would not be what is there. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const UNFINISHED = /\.(part|tmp|filepart|crdownload|swp)$|~$/i;

/**
 * Judges one entry of a folder.
 * @param previous the last look at an entry of this name, if there was one
 * @param now monotonic milliseconds
 */
export function judgeEntry(seen: Seen, previous: Look | undefined, now: number, rules: IntakeRules): EntryVerdict {
  if (seen.name.startsWith(".") || UNFINISHED.test(seen.name)) return { what: "ignore" };
  if (isCompanion(seen.name, rules)) return { what: "ignore" };
  const look = lookAt(seen, previous, now);
  const reason = refusalOf(seen, rules);
  if (reason !== undefined) return { what: "refuse", reason, look };
  if (rules.doneFile !== undefined && !rules.names.has(seen.name + rules.doneFile)) return { what: "wait", look };
  return { what: now - look.since >= rules.quietMilliseconds ? "quiet" : "wait", look };
}

const isCompanion = (name: string, { doneFile, names }: IntakeRules): boolean =>
  doneFile !== undefined &&
  name.endsWith(doneFile) &&
  (name === doneFile || names.has(name.slice(0, -doneFile.length)));

/** The look at an entry now, which goes on with the one before while nothing has changed. */
export function lookAt(
  seen: Pick<Seen, "size" | "modified" | "changed" | "inode" | "device" | "age">,
  previous: Look | undefined,
  now: number,
): Look {
  const same =
    previous !== undefined &&
    previous.size === seen.size &&
    previous.modified === seen.modified &&
    previous.changed === seen.changed &&
    previous.inode === seen.inode &&
    previous.device === seen.device;
  const { size, modified, changed, inode, device } = seen;
  return {
    size,
    modified,
    inode,
    device,
    changed,
    since: same ? previous.since : now,
    age: same ? previous.age : previous === undefined ? Math.max(0, seen.age) : 0,
    reported: same && previous.reported,
    incomplete: same && previous.incomplete,
  };
}

function refusalOf(seen: Seen, { largestBytes }: IntakeRules): string | undefined {
  const ofKind = refusalOfKind(seen);
  if (ofKind !== undefined) return ofKind;
  if (!seen.nameIsText) return "its name is no UTF-8";
  if (UNSEEN.test(seen.name)) return "its name holds control characters";
  if (Buffer.byteLength(seen.name) > LONGEST_NAME) return `its name is longer than ${LONGEST_NAME} bytes`;
  if (seen.size > largestBytes) return `it is larger than ${largestBytes} bytes (intake.largestMegabytes)`;
  return undefined;
}

/** A name that anybody may have chosen, for logs and events: what would be obeyed or hidden is spelt out. */
export function nameShown(name: Uint8Array): string {
  const bytes = Buffer.from(name);
  const text = bytes.toString("utf8");
  if (!Buffer.from(text, "utf8").equals(bytes)) {
    return bytes.toString("latin1").replace(/[^\x20-\x7e]/g, (byte) => `\\x${hex(byte)}`);
  }
  return text.replace(new RegExp(UNSEEN, "gu"), (mark) => `\\u{${hex(mark)}}`);
}

const hex = (character: string): string => (character.codePointAt(0) as number).toString(16).padStart(2, "0");
