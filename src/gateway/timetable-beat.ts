/** Decides at each beat whether a time of the timetable has come since the last one, whatever the clock did meanwhile. Pure. */

/** Now, twice: by the clock of the world, and as the clock on the company's wall shows it. Both in milliseconds. */
export interface Moment {
  readonly instant: number;
  /** Date and time of day on the wall, counted as if the wall hung in UTC. */
  readonly wall: number;
}

export interface BeatState {
  readonly at: Moment;
  /** Times of the wall up to this one have been shown before: the hour that comes twice, a clock that was put back a little. */
  readonly shownUntil: number;
}

/** A job's times. */
export interface Times {
  /** Whether a time of the wall, a whole number of `step`s, is one of them. */
  readonly matches: (wall: number) => boolean;
  /** Milliseconds between two times at the least: a second or a minute. */
  readonly step: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** As far as the times that have passed are looked through; after a longer one whatever is due is looked for at once. */
const LOOKED_THROUGH = 50 * HOUR;
/** A clock that is put back by more than this shows another day, whose times count anew. */
const PUT_BACK = 3 * HOUR;

export const firstBeat = (at: Moment): BeatState => ({ at, shownUntil: Number.NEGATIVE_INFINITY });

/**
 * Whether a time has come between the last beat and this one, also one that the wall skipped (a clock put on, the hour that is
 * left out in spring). Of times that are shown twice only those count again that come at least every hour. However many have
 * come, the job is done once.
 */
export function beatAt(before: BeatState, now: Moment, times: Times): { due: boolean; state: BeatState } {
  const passed = now.instant - before.at.instant;
  const shown = now.wall - before.at.wall;
  const shownUntil = shown < 0 ? shownAgain(before, now) : before.shownUntil;
  const state: BeatState = { at: now, shownUntil: now.wall > shownUntil ? Number.NEGATIVE_INFINITY : shownUntil };
  if (shown > LOOKED_THROUGH) return { due: true, state };
  const from = shown >= 0 ? before.at.wall : now.wall - Math.max(0, Math.min(passed, HOUR));
  return { due: hasCome(from, now.wall, times, shownUntil), state };
}

/** Until when the wall shows again what it has shown. */
const shownAgain = (before: BeatState, now: Moment): number =>
  before.at.wall - now.wall > PUT_BACK ? Number.NEGATIVE_INFINITY : Math.max(before.at.wall, before.shownUntil);

function hasCome(from: number, until: number, times: Times, shownUntil: number): boolean {
  const step = until - from > HOUR * 2 ? MINUTE : times.step;
  for (let wall = (Math.floor(from / step) + 1) * step; wall <= until; wall += step) {
    if (times.matches(wall) && (wall > shownUntil || comesHourly(wall, times))) return true;
  }
  return false;
}

function comesHourly(wall: number, { matches, step }: Times): boolean {
  for (let earlier = wall - step; earlier >= wall - HOUR; earlier -= step) if (matches(earlier)) return true;
  return false;
}
