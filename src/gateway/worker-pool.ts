/**
 * Worker threads with limits. Files of partners are read in them, so that no reader's fault, no endless loop and no want of
 * memory can stop the daemon. A worker that dies is replaced and its task tried once more; then the task is given up.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { ErrorCode } from "../values/error-codes.ts";
import { CalloffError, type ErrorDetails, EXIT } from "../values/errors.ts";
import { detailsOf } from "../values/finding.ts";

export interface PoolSettings {
  /** Most workers at once. */
  readonly size: number;
  readonly memoryMegabytes: number;
  /** A task that takes longer is stopped, worker and all. */
  readonly secondsPerTask: number;
  /** Handed to every worker when it starts. */
  readonly workerData: unknown;
}

export interface WorkerPool<Task extends object> {
  /**
   * Has one task done.
   * @param about what is being read, for the error
   * @throws CalloffError READER_DIED or READER_TIMEOUT when two workers in a row did not survive the task, or what the task threw
   */
  run(task: Task, about: string): Promise<unknown>;
  close(): Promise<void>;
}

/** What a worker sends back: the result, or what was thrown. */
export type WorkerReply =
  | { readonly result: unknown }
  | {
      readonly thrown: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly stack: string | undefined;
        readonly details: ErrorDetails;
      };
    };

interface Waiting<Task> {
  readonly task: Task;
  readonly about: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  tries: number;
}

interface Slot {
  worker: Worker;
  /** Ends the task the worker is busy with, when the worker ends. */
  ended: ((why: CalloffError) => void) | undefined;
}

const MOST_TRIES = 2;

/**
 * Opens a pool; its workers start when they are first needed.
 * @param entry the worker's module as a path from this file, without extension
 */
export function openWorkerPool<Task extends object>(entry: string, settings: PoolSettings): WorkerPool<Task> {
  const queue: Waiting<Task>[] = [];
  const idle: Slot[] = [];
  const all = new Set<Slot>();
  const state = { closing: false };

  function started(): Slot {
    const slot: Slot = { worker: startWorker(entry, settings), ended: undefined };
    all.add(slot);
    const gone = (why: string, cause?: Error) => {
      all.delete(slot);
      const at = idle.indexOf(slot);
      if (at >= 0) idle.splice(at, 1);
      slot.ended?.(died(why, cause));
      next();
    };
    slot.worker.on("error", (error: Error) => gone(error.message, error));
    slot.worker.on("exit", (code) => gone(`it ended with code ${code}`));
    return slot;
  }

  function next(): void {
    while (queue.length > 0 && !state.closing) {
      const slot = idle.pop() ?? (all.size < settings.size ? started() : undefined);
      if (slot === undefined) return;
      void attempt(slot, queue.shift() as Waiting<Task>);
    }
  }

  async function attempt(slot: Slot, waiting: Waiting<Task>): Promise<void> {
    waiting.tries += 1;
    try {
      const reply = await ask(slot, waiting.task, settings.secondsPerTask);
      idle.push(slot);
      if ("result" in reply) waiting.resolve(reply.result);
      else waiting.reject(rethrown(reply.thrown));
    } catch (thrown) {
      const fault = thrown as CalloffError;
      if (state.closing) waiting.reject(stopped());
      else if (waiting.tries < MOST_TRIES) queue.unshift(waiting);
      else waiting.reject(givenUp(fault, waiting.about));
    }
    next();
  }

  return {
    run: (task, about) =>
      new Promise((resolve, reject) => {
        queue.push({ task, about, resolve, reject, tries: 0 });
        next();
      }),
    close: async () => {
      state.closing = true;
      for (const waiting of queue.splice(0)) waiting.reject(stopped());
      await Promise.all([...all].map(({ worker }) => worker.terminate()));
    },
  };
}

/** One task on one worker. @throws CalloffError READER_DIED, READER_TIMEOUT: the worker is gone then */
function ask(slot: Slot, task: object, seconds: number): Promise<WorkerReply> {
  const { worker } = slot;
  return new Promise<WorkerReply>((resolve, reject) => {
    const timer = setTimeout(() => {
      slot.ended?.(tooSlow(seconds));
      void worker.terminate();
    }, seconds * 1000);
    const settled = () => {
      clearTimeout(timer);
      slot.ended = undefined;
      worker.off("message", answered);
      worker.unref();
    };
    const answered = (reply: WorkerReply) => {
      settled();
      resolve(reply);
    };
    slot.ended = (why) => {
      settled();
      reject(why);
    };
    worker.on("message", answered);
    worker.ref();
    worker.postMessage(task, []);
  });
}

function startWorker(entry: string, { memoryMegabytes, workerData }: PoolSettings): Worker {
  const options = { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } };
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL(`${entry}.js`, import.meta.url), options);
  // Run from its sources a worker must be taught to read them first: loaders do not reach into workers.
  const tsx = createRequire(import.meta.url).resolve("tsx/package.json");
  const loader = new URL("dist/esm/api/index.mjs", pathToFileURL(tsx)).href;
  const module = new URL(`${entry}.ts`, import.meta.url).href;
  const taught = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(module)}); })`;
  return new Worker(taught, { ...options, eval: true });
}

const died = (why: string, cause: Error | undefined): CalloffError =>
  new CalloffError("READER_DIED", "The reader did not survive the file", { found: why, cause });

const tooSlow = (seconds: number): CalloffError =>
  new CalloffError("READER_TIMEOUT", "Reading took too long and was stopped", {
    expected: `at most ${seconds} seconds`,
    found: `more than ${seconds} seconds`,
  });

/** Why a task was not done that could have been. */
export const stopped = (): CalloffError =>
  new CalloffError("READER_STOPPED", "Reading was stopped because the gateway stops", {
    remedy: "Nothing: the file is taken up again at the next start",
    retryable: true,
  });

/** The fault with the file it is about, after the last try. */
const givenUp = (fault: CalloffError, about: string): CalloffError =>
  new CalloffError(fault.code, `${fault.message}, twice`, {
    place: { file: about },
    ...detailsOf(fault),
    remedy:
      "Raise workers.memoryMegabytes or workers.secondsPerFile in config/gateway.yaml and retry the file, or refuse it",
    cause: fault.cause,
    exit: EXIT.badFile,
  });

function rethrown(thrown: Extract<WorkerReply, { thrown: unknown }>["thrown"]): Error {
  const error = new CalloffError(thrown.code, thrown.message, thrown.details);
  if (thrown.stack !== undefined) error.stack = thrown.stack;
  return error;
}
