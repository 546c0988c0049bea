/** What a home is called among several on one PostgreSQL database: a name of its own, made once, in `data/home-id`. */
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CalloffError, coerceError } from "../values/errors.ts";

/**
 * The home's name. Gateways that share a home read the same file, so it is made whole or not at all.
 * @throws CalloffError HOME_UNWRITABLE
 */
export function homeIdentity(home: string): string {
  const file = path.join(home, "data", "home-id");
  try {
    return named(file) ?? made(file);
  } catch (thrown) {
    const error = coerceError(thrown);
    throw new CalloffError("HOME_UNWRITABLE", "The home's name cannot be read or made", {
      place: { file },
      expected: "a file that this user may read, or a folder data/ that he may write to",
      found: error.message,
      remedy: "Correct owner, mode or disk; calloff doctor shows which",
      cause: error,
    });
  }
}

function named(file: string): string | undefined {
  try {
    const name = readFileSync(file, "utf8").trim();
    return name === "" ? undefined : name;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

function made(file: string): string {
  const own = `${file}.${process.pid}.${randomUUID()}`;
  const descriptor = openSync(own, "wx", 0o600);
  try {
    writeFileSync(descriptor, `${randomUUID()}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(own, file);
  } catch (thrown) {
    // Another gateway of this home was faster.
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
  } finally {
    unlinkSync(own);
  }
  return readFileSync(file, "utf8").trim();
}
