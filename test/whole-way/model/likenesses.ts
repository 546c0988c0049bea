/** What must make no difference: how often, in how many pieces and in what figures a customer says the same. */
import type { ReleaseChange } from "./customer.ts";
import type { Likeness } from "./run.ts";
import type { Happening, Week } from "./weeks.ts";
import type { Books } from "./words.ts";

/** All that was ordered, shipped and billed. */
const business = ({ contracts, accounts, orders }: Books) => ({ contracts, accounts, orders });
/** The same without how it is spread over orders. */
const sums = ({ contracts, accounts }: Books) => ({ contracts, accounts });

/** The release in these figures; days and firm demand only, which both kinds of figures can say. */
const said = (change: ReleaseChange, running: boolean): ReleaseChange => ({
  ...change,
  running,
  items: change.items.map((item) => ({ ...item, firmDays: 9999, timing: "D", word: "C" })),
});

function saidIn(happening: Happening, running: boolean): Happening {
  if ("change" in happening) return { ...happening, change: said(happening.change, running) };
  if (happening.kind !== "releases together") return happening;
  const [first, second] = happening.changes;
  return { ...happening, changes: [said(first, running), said(second, running)] };
}

/** The week with every release in these figures. */
const inFigures =
  (running: boolean) =>
  (week: Week): Week => ({
    ...week,
    opening: said(week.opening, running),
    happenings: week.happenings.map((happening): Happening => saidIn(happening, running)),
  });

export const LIKENESSES: Readonly<Record<string, Likeness>> = {
  "the same files twice as often": { other: { ways: { twice: true } }, alike: business },
  "each item of a release in an interchange of its own": { other: { ways: { apart: true } }, alike: sums },
  "running totals instead of quantities": {
    week: inFigures(false),
    other: { week: inFigures(true) },
    alike: business,
  },
};
