/** Small steps on files that are safe against power cuts and against what others put in their way. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { CalloffError, coerceError } from "../values/errors.ts";
import { systemWords } from "./system-words.ts";

/** The error's code as the operating system names it, e.g. `ENOENT`; empty for any error that is not the system's. */
export function systemCode(thrown: unknown): string {
  const { code, syscall } = coerceError(thrown) as NodeJS.ErrnoException;
  return typeof code === "string" && typeof syscall === "string" ? code : "";
}

/** Makes what was renamed, made or removed in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes `folder` and what is missing above it. */
export async function makeFolder(folder: string, mode = 0o755): Promise<void> {
  await mkdir(folder, { recursive: true, mode });
}

/** Opens a file for reading without following a link and without waiting for a pipe's writer. */
export const openCarefully = (file: string): Promise<FileHandle> =>
  open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);

/** Runs `step` and gives `otherwise` when the system answers with one of `codes`. */
export async function unless<T, U>(codes: readonly string[], otherwise: U, step: () => Promise<T>): Promise<T | U> {
  try {
    return await step();
  } catch (thrown) {
    if (codes.includes(systemCode(thrown))) return otherwise;
    throw thrown;
  }
}

/**
 * Runs a step that keeps something below `data/`. What the system refuses there concerns every file, not one: nothing more is
 * taken until it is mended.
 * @throws CalloffError DATA_UNWRITABLE
 */
export async function keeping<T>(place: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === "") throw thrown;
    const { what, remedy } = systemWords(code);
    throw new CalloffError("DATA_UNWRITABLE", `${place} cannot be written: ${what} (${code})`, {
      place: { file: place },
      expected: "room and rights to keep what comes in",
      found: code,
      remedy,
      retryable: true,
      cause: thrown,
    });
  }
}
