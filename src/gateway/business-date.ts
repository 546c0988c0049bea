/** The business date goes forward: nothing is booked before what was booked last. */
import type { Queryable } from "../store/store.ts";
import type { Clock } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";

/**
 * So many of the last entries of the audit trail are looked at: what a file does is booked on the date of its arrival, which
 * may lie a little before what was booked in between.
 */
const ENTRIES = 500;

/** The latest business date that anything was booked on; `undefined` before anything was. */
export async function latestBooked(from: Queryable): Promise<PlainDate | undefined> {
  const [row] = await from.ask(
    `SELECT MAX(business_date) AS latest FROM (SELECT business_date FROM audit ORDER BY seq DESC LIMIT ${ENTRIES}) AS last`,
  );
  return (row?.["latest"] ?? undefined) as PlainDate | undefined;
}

/**
 * Refuses to book anything on a date before that.
 * @throws CalloffError BUSINESS_DATE_BACK; when the clock was wrong it passes by itself, once the date has come
 */
export async function refuseGoingBack(from: Queryable, clock: Clock): Promise<void> {
  const latest = await latestBooked(from);
  const today = clock.businessDate();
  if (latest === undefined || today >= latest) return;
  throw new CalloffError(
    "BUSINESS_DATE_BACK",
    `The business date ${today} lies before ${latest}, on which something was booked already`,
    {
      place: { field: "--business-date" },
      expected: `${latest} or later`,
      found: today,
      remedy:
        "Give that date or a later one; if the machine's clock is wrong, set it: a running calloff waits until the date has come",
      retryable: true,
    },
  );
}
