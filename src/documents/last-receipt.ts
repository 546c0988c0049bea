/** Of several receipts that a line names (EDIFACT QTY+48 or 194, each with its note and date), the last is the latest by date. */
import type { ScheduleLine } from "./delivery-schedule.ts";

type Figure = NonNullable<ScheduleLine["figures"]>[number];
type DatedFigure = Figure & { readonly on: string };

/** Qualifiers of a receipt among the figures of EDIFACT; only dated ones can be compared. */
const RECEIPTS = new Set<string | undefined>(["48", "194"]);
const NOTES = new Set<string | undefined>(["AAU", "AAK", "DQ", "SI"]);

/** The line with its latest receipt as the last one; the one that the message named first is then among its figures. */
export function withLatestReceipt(line: ScheduleLine): ScheduleLine {
  const { last, figures = [] } = line;
  if (last?.date === undefined) return line;
  const latest = figures
    .filter((one): one is DatedFigure => RECEIPTS.has(one.kind) && one.on !== undefined)
    .reduce<DatedFigure | undefined>((best, one) => (one.on > (best?.on ?? last.date ?? "") ? one : best), undefined);
  if (latest === undefined) return line;
  const note = latest.references?.find(({ kind }) => NOTES.has(kind));
  const further = latest.references?.filter((one) => one !== note) ?? [];
  return {
    ...line,
    last: {
      ...(latest.quantity === undefined ? {} : { quantity: latest.quantity }),
      ...(last.kind === undefined ? {} : { kind: last.kind }),
      date: latest.on,
      ...(note?.number === undefined ? {} : { note: note.number }),
      ...(note?.on === undefined ? {} : { noteDate: note.on }),
    },
    ...(further.length === 0 ? {} : { lastReferences: [...(line.lastReferences ?? []), ...further] }),
    figures: figures.map((one) => (one === latest ? asFigure(latest, last) : one)),
  };
}

function asFigure({ segment, kind }: Figure, last: NonNullable<ScheduleLine["last"]>): Figure {
  return {
    ...(segment === undefined ? {} : { segment }),
    ...(kind === undefined ? {} : { kind }),
    ...(last.quantity === undefined ? {} : { quantity: last.quantity }),
    ...(last.date === undefined ? {} : { on: last.date }),
    ...(last.note === undefined
      ? {}
      : {
          references: [
            { kind: "AAU", number: last.note, ...(last.noteDate === undefined ? {} : { on: last.noteDate }) },
          ],
        }),
  };
}
