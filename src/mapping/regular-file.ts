import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/**
 * Reads a file of settings or mappings, opened without waiting: a named pipe would keep every command until somebody
 * writes to it.
 * @throws Error what the system says, and where the name is no regular file's
 */
export function readRegularFile(file: string): Buffer {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error("a folder, pipe or device");
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
