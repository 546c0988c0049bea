/** What is open while a set is read. */
import type { Carried } from "./read-carried.ts";
import type { Group } from "./read-group.ts";
import type { Held } from "./run.ts";

/** An open group: the line that opened it, what its lines fill, and how often each of them came. */
export class Frame {
  readonly group: Group;
  target: Held;
  carried: Carried | undefined;
  /** Whether the line that opened the group carries: then what its plain lines say is carried as well. */
  isCarrying: boolean;
  readonly counts: number[];
  lastOrder = -1;

  constructor(group: Group, target: Held, carried?: Carried, isCarrying = false) {
    this.group = group;
    this.target = target;
    this.carried = carried;
    this.isCarrying = isCarrying;
    this.counts = group.noughts.slice();
  }

  /** Opens the group once more. */
  reopen(target: Held, carried: Carried | undefined, isCarrying: boolean): void {
    this.target = target;
    this.carried = carried;
    this.isCarrying = isCarrying;
    this.lastOrder = -1;
    const { counts } = this;
    for (let at = 0; at < counts.length; at += 1) counts[at] = 0;
  }
}
