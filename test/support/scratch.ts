/**
 * What all test files of a run share: a folder for everything temporary, in memory where there is room, and a migrated
 * database of each kind that is only copied. Made once before the run, gone after it.
 */
import { access, mkdtemp, rm, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { dropTemplates, makeTemplates } from "./databases.ts";

/** Property tests try the same cases in every run, unless another seed is given: what fails is to fail for whoever looks. */
fc.configureGlobal({ seed: Number(process.env["CALLOFF_TEST_SEED"] ?? "20270301") });

/** Where the system keeps files in memory, so that thousands of syncs cost nothing. */
const IN_MEMORY = "/dev/shm";
const ROOM = 1024 ** 3;

let scratch = "";

export async function mochaGlobalSetup(): Promise<void> {
  scratch = await mkdtemp(path.join((await hasRoom(IN_MEMORY)) ? IN_MEMORY : os.tmpdir(), "calloff-tests-"));
  // By the environment, because the runner's own processes and the programs under test are to use it as well.
  process.env["TMPDIR"] = scratch;
  // `npm run test:system -- --every`: kills at every place instead of a sample.
  if (process.argv.includes("--every")) process.env["CALLOFF_TEST_EVERY"] = "1";
  await makeTemplates(scratch);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await dropTemplates();
  await rm(scratch, { recursive: true, force: true });
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    await access(folder);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= ROOM;
  } catch {
    return false;
  }
}
