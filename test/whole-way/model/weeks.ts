/** Random weeks: the rules of a house and what happens in it, step by step. */
import fc from "fast-check";
import type { ReleaseChange } from "./customer.ts";
import type { Crash } from "./house.ts";
import type { Rules } from "./words.ts";

/** One thing that happens. Numbers choose among what there is when it happens. */
export type Happening =
  | { readonly kind: "days"; readonly days: number; readonly crash: Crash | undefined }
  | {
      readonly kind: "release";
      readonly ago: number;
      readonly change: ReleaseChange;
      readonly crash: Crash | undefined;
    }
  /** A release that was sent earlier comes now, with a number below the last one. */
  | { readonly kind: "late release"; readonly ago: number; readonly change: ReleaseChange }
  /** The last release's number again, with other content. */
  | { readonly kind: "number again"; readonly change: ReleaseChange }
  /** Two releases lie there at once, the earlier one first. */
  | {
      readonly kind: "releases together";
      readonly changes: readonly [ReleaseChange, ReleaseChange];
      readonly crash: Crash | undefined;
    }
  | { readonly kind: "same again"; readonly which: number; readonly envelope: "same" | "new" }
  | { readonly kind: "accept" | "withdraw"; readonly which: number }
  | {
      readonly kind: "ship";
      readonly which: number;
      readonly lines: number;
      /** In tenths of what is open. */
      readonly tenths: number;
      readonly closeShort: boolean;
      readonly crash: Crash | undefined;
    }
  | { readonly kind: "confirmation again"; readonly which: number }
  | { readonly kind: "cancel" | "lift"; readonly which: number }
  | { readonly kind: "invoice"; readonly which: number }
  | {
      readonly kind: "blanket order";
      readonly line: number;
      readonly quantity: number;
      /** Days from today it is valid still; none: for ever. */
      readonly expires: number | undefined;
      readonly adds: boolean;
    };

export interface Week {
  readonly rules: Rules;
  readonly packs: readonly number[];
  readonly contracts: readonly number[];
  /** The first release. */
  readonly opening: ReleaseChange;
  readonly happenings: readonly Happening[];
}

const often = <T>(usual: T, ...others: readonly T[]) => fc.constantFrom(usual, usual, usual, usual, ...others);

const rules: fc.Arbitrary<Rules> = fc.record({
  first: fc.constantFrom("accept", "hold"),
  strict: fc.boolean(),
  changes: fc.constantFrom("do", "do", "do", "carry"),
  transitDays: fc.constantFrom(0, 0, 2),
  leadDays: fc.constantFrom(0, 0, 1),
  receivesDaily: fc.boolean().map((not) => !not),
  shipsDaily: fc.boolean().map((not) => !not),
  grouping: fc.constantFrom("per-date", "per-date", "all-due"),
  shortIs: fc.constantFrom("due-again", "withheld"),
  invoice: fc.constantFrom("at-shipment", "at-shipment", "by-hand"),
  net: often(false, true),
});

export const change: fc.Arbitrary<ReleaseChange> = fc.record({
  items: fc.array(
    fc.record({
      item: fc.nat(3),
      fresh: often(false, true),
      edits: fc.array(
        fc.tuple(
          fc.constantFrom(0, 0, 0, 1, 2, 3, 5, 7, 7, 10, 14, -1, -3),
          fc.constantFrom(10, 20, 50, 100, 15, 0, 400),
        ),
        {
          maxLength: 4,
        },
      ),
      shift: often(0, 0, 1, 3, 7),
      uncounted: fc.constantFrom(0, 0, 1, 2),
      wrong: often(false, false, false, true),
      firmDays: fc.constantFrom(99, 99, 7),
      timing: often("D" as const, "W", "F"),
      word: often("C" as const, "C", "A", "Z"),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  shipDates: often(false, true),
  running: often(false, true),
});

/** Once in so many steps. */
const crashes = (once: number): fc.Arbitrary<Crash | undefined> =>
  fc.oneof(
    { weight: once - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ somewhere: fc.nat(999) }) },
  );
const which = fc.nat(7);

const happenings = (crash: fc.Arbitrary<Crash | undefined>): fc.Arbitrary<Happening> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("days" as const), days: fc.integer({ min: 1, max: 6 }), crash }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant("release" as const), ago: often(0, 0, 1), change, crash }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("late release" as const), ago: fc.integer({ min: 1, max: 5 }), change }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("releases together" as const),
        changes: fc.tuple(change, change),
        crash,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("number again" as const), change }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("same again" as const),
        which,
        envelope: fc.constantFrom("same", "new"),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("accept" as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), which }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("ship" as const),
        which,
        lines: fc.integer({ min: 1, max: 2 }),
        tenths: fc.constantFrom(10, 10, 5, 12, 3),
        closeShort: often(false, true),
        crash,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("confirmation again" as const), which }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lift" as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("invoice" as const), which }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("blanket order" as const),
        line: fc.nat(2),
        quantity: fc.constantFrom(0, 100, 500, 5000),
        expires: fc.option(fc.integer({ min: -1, max: 6 }), { nil: undefined, freq: 1 }),
        adds: fc.boolean(),
      }),
    },
  );

const contracts = fc.constantFrom(5000, 5000, 900, 500, 300);

/** Weeks of so many happenings at most, a crash in one of `once` steps of the gateway. */
export const weeks = (most: number, once = 10): fc.Arbitrary<Week> =>
  fc.record({
    rules,
    packs: fc.tuple(often(0, 25), often(0, 30), fc.constant(0)),
    contracts: fc.tuple(contracts, contracts, contracts),
    opening: change,
    // Without bias towards few: in a short week nothing happens. Shorter ones are for shrinking.
    happenings: fc.noBias(fc.array(happenings(crashes(once)), { maxLength: most, size: "max" })),
  });
