/** Where bytes come from: memory, a file, or a descriptor that is already open. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import type { ByteSource } from "./segment.ts";

/** A source over bytes that are already in memory; they are not copied. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read(into, position) {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
  };
}

/**
 * A source over an open descriptor, which stays the caller's to close. Its size is that of the moment of the call: what
 * is appended later is not read.
 */
export function descriptorSource(name: string, fd: number): ByteSource {
  const size = fstatSync(fd).size;
  return {
    name,
    size,
    read(into, position) {
      const wanted = Math.min(into.length, size - position);
      return wanted <= 0 ? 0 : readSync(fd, into, 0, wanted, position);
    },
  };
}

/**
 * A source over the file at `path`, to be closed by the caller.
 * @throws CalloffError `SYNTAX_FILE_UNREADABLE` when there is no such file, it may not be read, or it is not a regular file.
 */
export function fileSource(path: string): ByteSource & { close(): void } {
  let fd: number;
  try {
    // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    const cause = coerceError(thrown);
    const missing = "code" in cause && cause.code === "ENOENT";
    throw new CalloffError("SYNTAX_FILE_UNREADABLE", `${path} cannot be read: ${cause.message}`, {
      place: { file: path },
      expected: "a file that may be read",
      remedy: "Check the path and the rights of the file.",
      exit: missing ? EXIT.notFound : EXIT.refused,
      cause,
    });
  }
  if (!fstatSync(fd).isFile()) {
    closeSync(fd);
    throw new CalloffError("SYNTAX_FILE_UNREADABLE", `${path} is not a regular file`, {
      place: { file: path },
      expected: "a regular file",
      found: "a folder, pipe or device",
      remedy: "Name the file itself.",
    });
  }
  return { ...descriptorSource(path, fd), close: () => closeSync(fd) };
}
