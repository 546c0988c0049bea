/** Where a field stands, what findings call it, and what reads its text. */
import type { FieldDefinition } from "./definition.ts";
import type { Held, Run } from "./run.ts";

/** Reads text that is clean (decoded, without blanks around it) and not empty. */
export type ReadText = (text: string, target: Held, run: Run, beside: string) => void;

/** Where a field stands, for findings. */
export interface FieldPlace {
  readonly element: number;
  readonly component: number;
  readonly repetition: number;
}

export function placeOfField(field: FieldDefinition): FieldPlace {
  const { address } = field;
  if (address.kind === "element") return address;
  return { element: address.kind === "range" ? address.first : address.number, component: 0, repetition: 0 };
}

/** Where a field stands as reading finds it: a table's columns by their number in the mapping, which is below zero. */
export function placeInFile(field: FieldDefinition): FieldPlace {
  const place = placeOfField(field);
  return field.address.kind === "column" ? { ...place, element: -place.element } : place;
}

/** The field in findings: its path in the document, else its address. */
export const nameOfField = (field: FieldDefinition): string | undefined => field.to[0]?.join(".");
