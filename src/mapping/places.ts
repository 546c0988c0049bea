/** What reads the places of a segment, record or row. */
import type { Segment } from "../syntax/segment.ts";
import type { FieldDefinition } from "./definition.ts";
import type { Held, Run } from "./run.ts";

/** Reads what the current segment holds into an object. */
export type ReadPlaces = (segment: Segment, target: Held, run: Run) => void;

/** Index of each summed field among the sums of the message. */
export type SumIndex = ReadonlyMap<FieldDefinition, number>;
