/** Weeks played to their end, and told as a story where they do not come out as the model has it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { booksOf, type House } from "./house.ts";
import { FIRST_DAY, Play, type Ways } from "./play.ts";
import { type Week, weeks } from "./weeks.ts";
import type { Books, Rules } from "./words.ts";

export type Opening = (rules: Rules, today: string) => Promise<House>;

/** Plays one week and gives its books. @throws Error with the story so far where they differ from the model's. */
async function playWeek(
  open: Opening,
  week: Week,
  atTheEnd: (house: House) => Promise<void> = async () => {},
  ways: Ways = {},
): Promise<Books> {
  const house = await open(week.rules, FIRST_DAY);
  const play = new Play(house, week, ways);
  try {
    await play.open();
    await play.happen({ kind: "release", ago: 0, change: week.opening, crash: undefined });
    for (const happening of week.happenings) await play.happen(happening);
    await atTheEnd(house);
    return await house.ask(booksOf);
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
export const playWeeks = (open: Opening, playing: Playing): Promise<number> =>
  checked(
    fc.asyncProperty(weeks(playing.most, playing.often === true ? 3 : undefined), async (week) => {
      await playWeek(open, week, playing.atTheEnd);
    }),
    playing,
  );

/** Two ways in which one week reaches us, and what of the books must be the same in the end. */
export interface Likeness {
  readonly week?: (week: Week) => Week;
  readonly other: { readonly week?: (week: Week) => Week; readonly ways?: Ways };
  readonly alike: (books: Books) => unknown;
}

/** Plays random weeks in two ways each and gives how many. */
export const compareWeeks = (
  open: Opening,
  { week: first, other, alike }: Likeness,
  playing: Playing,
): Promise<number> =>
  checked(
    fc.asyncProperty(weeks(playing.most), async (drawn) => {
      const week = first === undefined ? drawn : first(drawn);
      const plain = await playWeek(open, week, playing.atTheEnd);
      const otherWeek = other.week === undefined ? week : other.week(week);
      const books = await playWeek(open, otherWeek, playing.atTheEnd, other.ways);
      assert.deepEqual(alike(books), alike(plain));
    }),
    playing,
  );

async function checked<T>(
  property: fc.IAsyncProperty<T>,
  { runs, seed, milliseconds, path }: Playing,
): Promise<number> {
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    ...(path === undefined ? {} : { path }),
    ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false }),
  });
  if (!details.failed) return details.numRuns;
  const { errorInstance: error } = details;
  const story = error instanceof Error ? error.message : String(error);
  throw new Error(
    `a week does not come out as it must (seed ${details.seed}, path ${details.counterexamplePath ?? ""}, ` +
      `shortened ${details.numShrinks} times):\n${story}`,
    { cause: error },
  );
}
