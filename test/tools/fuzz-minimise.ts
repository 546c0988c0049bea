/** Makes a failing input smaller for as long as it still fails in the same way. */

const MOST_TRIES = 3000;

/** @param fails whether these bytes fail as the input did */
export async function minimised(input: Buffer, fails: (bytes: Buffer) => Promise<boolean>): Promise<Buffer> {
  let held = input;
  let tries = 0;
  for (let size = Math.ceil(held.length / 2); size >= 1 && tries < MOST_TRIES; ) {
    let smaller = false;
    for (let at = 0; at < held.length && tries < MOST_TRIES; ) {
      const without = Buffer.concat([held.subarray(0, at), held.subarray(at + size)]);
      tries += 1;
      if (await fails(without)) {
        held = without;
        smaller = true;
      } else at += size;
    }
    if (!smaller || size > 1) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return held;
}
