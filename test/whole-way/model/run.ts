/** Weeks played to their end, and told as a story where they do not come out as the model has it. */
import fc from "fast-check";
import { type House } from "./house.ts";
import { FIRST_DAY, Play } from "./play.ts";
import { type Week, weeks } from "./weeks.ts";
import type { Rules } from "./words.ts";

export type Opening = (rules: Rules, today: string) => Promise<House>;

/** Plays one week. @throws Error with the story so far where the books differ. */
export async function playWeek(open: Opening, week: Week, atTheEnd?: (house: House) => Promise<void>): Promise<void> {
  const house = await open(week.rules, FIRST_DAY);
  const play = new Play(house, week);
  try {
    await play.open();
    for (const happening of week.happenings) await play.happen(happening);
    await atTheEnd?.(house);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${play.story.toString()}\n\n${why}`, { cause: thrown });
  } finally {
    await house.remove();
  }
}

export interface Playing {
  readonly runs: number;
  readonly seed: number;
  /** Happenings of a week at most. */
  readonly most: number;
  /** The gateway is killed in one of three steps instead of one of ten. */
  readonly often?: boolean;
  /** No new week, and no shorter one, is begun after so many milliseconds. */
  readonly milliseconds?: number;
  readonly path?: string;
  readonly atTheEnd?: (house: House) => Promise<void>;
}

/** Plays random weeks and gives how many; the shortest one that fails is told. */
export async function playWeeks(
  open: Opening,
  { runs, seed, most, often, milliseconds, path, atTheEnd }: Playing,
): Promise<number> {
  const details = await fc.check(
    fc.asyncProperty(weeks(most, often === true ? 3 : undefined), (week) => playWeek(open, week, atTheEnd)),
    {
      numRuns: runs,
      seed,
      ...(path === undefined ? {} : { path }),
      ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false }),
    },
  );
  if (!details.failed) return details.numRuns;
  const { errorInstance: error } = details;
  const story = error instanceof Error ? error.message : String(error);
  throw new Error(
    `a week does not come out as the model has it (seed ${details.seed}, path ${details.counterexamplePath ?? ""}, ` +
      `shortened ${details.numShrinks} times):\n${story}`,
    { cause: error },
  );
}
