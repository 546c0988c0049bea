/** Units of measure that mean one piece, in the codes of X12, UN/ECE and VDA. */
const PIECES = new Set(["", "PC", "PCE", "PCS", "EA", "ST", "STK", "C62", "H87", "NMB", "UN"]);

/** Whether a schedule's unit is the agreement line's; a line that states none means it. */
export function sameUnit(stated: string, held: string): boolean {
  const [a, b] = [stated.trim().toUpperCase(), held.trim().toUpperCase()];
  return a === "" || a === b || (PIECES.has(a) && PIECES.has(b));
}
