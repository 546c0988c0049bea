/** Judges inputs in a thread of its own, so that one that never ends can be stopped, and one that kills it be named. */
import { parentPort, workerData } from "node:worker_threads";
import { type FuzzFamily, familyOf, inputOf, material } from "./fuzz-inputs.ts";
import { judge, ownMappings } from "./fuzz-judge.ts";

/** What the thread is told to do: inputs of a seed from one number up to another, of one family or of all in turn, or these bytes. */
export type FuzzTask =
  | { readonly seed: number; readonly from: number; readonly to: number; readonly family: FuzzFamily | undefined }
  | { readonly bytes: Uint8Array; readonly family: FuzzFamily };

/** `at` is the number of the input, or 0 for given bytes. */
export interface FuzzAnswer {
  readonly at: number;
  readonly wrong: string | undefined;
  readonly done: boolean;
}

/** Shared with whoever watches: the number of the input that is being judged. */
const progress = new Int32Array(workerData as SharedArrayBuffer);
const library = ownMappings();
const texts = material();

const tell = (answer: FuzzAnswer): void => parentPort?.postMessage(answer, []);

parentPort?.on("message", (task: FuzzTask) => void work(task));

async function work(task: FuzzTask): Promise<void> {
  if ("bytes" in task) {
    tell({ at: 0, wrong: await judge(library, task.bytes, task.family), done: true });
    return;
  }
  for (let n = task.from; n < task.to; n += 1) {
    Atomics.store(progress, 0, n);
    const family = task.family ?? familyOf(n);
    const wrong = await judge(library, inputOf(texts, task.seed, n, family), family);
    if (wrong !== undefined) tell({ at: n, wrong, done: false });
  }
  Atomics.store(progress, 0, task.to);
  tell({ at: task.to, wrong: undefined, done: true });
}
