/** Looks into a file for the end of its content, reading no more of it than that takes. */
import type { FileHandle } from "node:fs/promises";
import { bracketOf, endHasCome, GLANCE, isPadding, openBrackets } from "./content-end.ts";
import { openCarefully } from "./durable.ts";

/** Padding that is looked behind: a mainframe fills its last block. */
const MOST_PADDING = 64 * 1024;
/** Longer texts of JSON are judged by their last bracket alone. */
const MOST_COUNTED = 64 * 1024 * 1024;
const CHUNK = 256 * 1024;

/** Whether a file of that size ends as its beginning promises; false for what is no regular file. */
export async function hasEnded(file: string, size: number): Promise<boolean> {
  const handle = await openCarefully(file);
  try {
    return (await handle.stat()).isFile() && (await endIsIn(handle, size));
  } finally {
    await handle.close();
  }
}

/** The same of an open file. */
export async function endIsIn(handle: FileHandle, size: number): Promise<boolean> {
  const head = await bytesAt(handle, 0, Math.min(GLANCE, size));
  if (!endHasCome(head, await lastBytes(handle, size))) return false;
  return bracketOf(head) === undefined || size > MOST_COUNTED || (await bracketsClose(handle, size));
}

/** The last bytes that are not padding, with some of the padding behind them. */
async function lastBytes(handle: FileHandle, size: number): Promise<Buffer> {
  let end = size;
  let tail = await bytesAt(handle, Math.max(0, end - GLANCE), Math.min(GLANCE, end));
  while (isPadding(tail) && end > GLANCE && size - end < MOST_PADDING) {
    end -= GLANCE / 2;
    tail = await bytesAt(handle, Math.max(0, end - GLANCE), Math.min(GLANCE, end));
  }
  return tail;
}

async function bracketsClose(handle: FileHandle, size: number): Promise<boolean> {
  const brackets = openBrackets();
  for (let at = 0; at < size; at += CHUNK) brackets.read(await bytesAt(handle, at, Math.min(CHUNK, size - at)));
  return brackets.closed();
}

async function bytesAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, from);
  return bytes.subarray(0, bytesRead);
}
