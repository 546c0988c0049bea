/** The timetable: cron expressions in the company's time zone. Its jobs do everything that is due, so a missed one costs nothing. */
import { type ScheduledTask, schedule, validateDetailed } from "node-cron";
import { CalloffError, EXIT } from "../values/errors.ts";
import type { Logger } from "./log.ts";
import type { Part } from "./part.ts";

export interface Job {
  /** The key under `timetable` in gateway.yaml. */
  readonly name: string;
  readonly expression: string;
  run(): Promise<void>;
}

/** @throws CalloffError TIMETABLE_EXPRESSION for an expression that is none */
export function checkJob({ name, expression }: Pick<Job, "name" | "expression">): void {
  const { valid, errors } = validateDetailed(expression);
  if (valid) return;
  throw new CalloffError("TIMETABLE_EXPRESSION", `The timetable's ${name} is not a cron expression`, {
    place: { file: "config/gateway.yaml", field: `timetable.${name}` },
    expected: "five fields: minute, hour, day of the month, month, day of the week; e.g. */5 * * * *",
    found: `${expression}: ${errors.map(({ message }) => message).join("; ")}`,
    remedy: "Correct the expression",
    exit: EXIT.refused,
  });
}

/** A timetable that runs no job while the same job is still running. */
export function timetable(jobs: readonly Job[], timeZone: string, log: Logger): Part {
  const tasks: ScheduledTask[] = [];
  return {
    name: "timetable",
    start: async () => {
      for (const job of jobs) checkJob(job);
      for (const job of jobs) tasks.push(scheduled(job, timeZone, log));
    },
    stop: async () => {
      for (const task of tasks.splice(0)) await task.destroy();
    },
  };
}

function scheduled(job: Job, timeZone: string, log: Logger): ScheduledTask {
  const child = log.child({ job: job.name });
  const run = () =>
    job
      .run()
      .catch((error: unknown) => child.error({ err: error }, "a job failed; it is tried again at its next time"));
  const task = schedule(job.expression, run, {
    name: job.name,
    timezone: timeZone,
    noOverlap: true,
    logger: {
      info: (message) => child.debug(message),
      warn: (message) => child.warn(message),
      error: (message, err) => child.error({ err: err ?? message }, "the timetable met an error"),
      debug: (message) => child.trace(String(message)),
    },
  });
  // The event loop was busy when the time came; whatever is due is due still.
  task.on("execution:missed", run);
  return task;
}
