import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const CHUNK = 1 << 20;

/** SHA-256 of each byte range of a file; ends are exclusive. */
export async function hashRanges(
  file: string,
  ranges: readonly { readonly firstByte: number; readonly endByte: number }[],
): Promise<string[]> {
  const handle = await open(file, "r");
  try {
    const hashes: string[] = [];
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (const { firstByte, endByte } of ranges) {
      const hash = createHash("sha256");
      for (let at = firstByte; at < endByte; ) {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK, endByte - at), at);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
      hashes.push(hash.digest("hex"));
    }
    return hashes;
  } finally {
    await handle.close();
  }
}

/** SHA-256 of bytes in memory. */
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
