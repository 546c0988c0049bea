/**
 * The timetable: cron expressions in the company's time zone. Its jobs do everything that is due, so a missed one costs nothing.
 * node-cron reads the expressions and says which times are theirs; when to look is decided here, because its own scheduler
 * counts from the next time that it expects: a clock put back by a year leaves it waiting for a year, one put on by a year has
 * it make up for every single time, and what falls into the hour that spring leaves out does not happen on that day.
 */
import { createTask, type ScheduledTask, validateDetailed } from "node-cron";
import { machineTime, monotonic, wallTimeIn } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import type { Logger } from "./log.ts";
import type { Part } from "./part.ts";
import { type BeatState, beatAt, firstBeat, type Moment, type Times } from "./timetable-beat.ts";

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

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** So soon a clock that was put on or back is noticed. */
const LONGEST_BEAT = 5 * SECOND;
/** The machine's clock is said to have jumped when it and the time that passed differ by more. */
const JUMP = 5 * SECOND;

/** A timetable that runs no job while the same job is still running. */
export function timetable(jobs: readonly Job[], timeZone: string, log: Logger): Part {
  const entries: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let looked = { wall: 0, passed: 0 };

  function beat(): void {
    const now = momentIn(timeZone);
    const jumped = now.instant - looked.wall - (monotonic() - looked.passed);
    if (Math.abs(jumped) > JUMP) {
      const seconds = Math.round(jumped / 1000);
      log.warn({ seconds }, "the machine's clock was put on or back; the timetable goes on by what it shows now");
    }
    looked = { wall: now.instant, passed: monotonic() };
    for (const entry of entries) beatOf(entry, now);
    arm();
  }

  function arm(): void {
    const step = Math.min(LONGEST_BEAT, ...entries.map(({ times }) => times.step));
    // A little behind the full second or minute, so that it has come also by a timer that comes early.
    const rest = step - (machineTime() % step) + 5;
    timer = setTimeout(beat, Math.min(rest, LONGEST_BEAT));
  }

  return {
    name: "timetable",
    start: async () => {
      for (const job of jobs) checkJob(job);
      const now = momentIn(timeZone);
      looked = { wall: now.instant, passed: monotonic() };
      for (const job of jobs) entries.push(entryOf(job, now, log));
      arm();
    },
    stop: async () => {
      clearTimeout(timer);
      for (const { expression } of entries.splice(0)) await expression.destroy();
    },
  };
}

interface Entry {
  readonly expression: ScheduledTask;
  readonly times: Times;
  readonly run: () => void;
  state: BeatState;
}

function entryOf(job: Job, now: Moment, log: Logger): Entry {
  const expression = createTask(job.expression, () => {}, { name: job.name, timezone: "UTC" });
  const step = job.expression.trim().split(/\s+/).length > 5 ? SECOND : MINUTE;
  const times = { step, matches: (wall: number) => expression.match(new Date(wall)) };
  return { expression, times, run: oneAtATime(job, log.child({ job: job.name })), state: firstBeat(now) };
}

function beatOf(entry: Entry, now: Moment): void {
  const { due, state } = beatAt(entry.state, now, entry.times);
  entry.state = state;
  if (due) entry.run();
}

function oneAtATime(job: Job, log: Logger): () => void {
  let running = false;
  return () => {
    if (running) return;
    log.debug("its time has come");
    running = true;
    job
      .run()
      .catch((error: unknown) => log.error({ err: error }, "a job failed; it is tried again at its next time"))
      .finally(() => {
        running = false;
      });
  };
}

const momentIn = (timeZone: string): Moment => {
  const instant = machineTime();
  return { instant, wall: wallTimeIn(timeZone, instant) };
};
