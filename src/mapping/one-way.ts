/** The refusal of what works in one direction only. */
import { refuse, type Spot } from "./refusal.ts";

export function against(spot: Spot, message: string, remedy: string, expected?: string, found?: string): never {
  throw refuse("MAPPING_ONE_WAY", spot, message, {
    remedy,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  });
}
