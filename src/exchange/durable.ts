/** Small steps on files that are safe against power cuts and against what others put in their way. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { coerceError } from "../values/errors.ts";

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
