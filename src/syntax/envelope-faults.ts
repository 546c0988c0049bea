/** What can be wrong with envelopes, as findings. */
import type { Finding, Place } from "../values/finding.ts";
import { MOST_FAULTS } from "./codes.ts";
import { envelopeDate, envelopeTime } from "./envelope-values.ts";
import type { Grammar } from "./grammar.ts";
import { MAX_SEGMENT } from "./window.ts";

/** Text that is no segment, at `place`. */
export function strayText(place: Place): Finding {
  return {
    code: "SYNTAX_STRAY_TEXT",
    severity: "reject",
    message: "There is text that is no segment.",
    place,
    expected: "segments, and nothing but blanks and line breaks between them",
    remedy: "Ask the sender for a file without comments and other additions.",
  };
}

export function emptySegment(place: Place): Finding {
  return {
    code: "SYNTAX_EMPTY_SEGMENT",
    severity: "tolerated",
    message: "Two segment terminators follow each other; the empty segment is left out and not counted.",
    place,
    remedy: "Ask the sender to write one terminator per segment.",
  };
}

export function endlessSegment(place: Place): Finding {
  return {
    code: "SYNTAX_SEGMENT_LENGTH",
    severity: "reject",
    message: "A segment does not end.",
    place,
    expected: `a terminator within ${MAX_SEGMENT} bytes`,
    found: "none",
    remedy: "Ask the sender to send the file again; a terminator has been lost or is another than the header says.",
    ack: { interchange: "004" },
  };
}

/** `place` names the byte and the segment at which the interchange numbered `control` breaks off. */
export function truncation(grammar: Grammar, place: Place, control: string): Finding {
  return {
    code: "SYNTAX_TRUNCATED",
    severity: "reject",
    message: "The file ends before the interchange does; nothing of the interchange takes effect.",
    place,
    expected: `${grammar.interchange[1]} with the control number ${control}`,
    found: `the end at byte ${place.byte ?? 0}, in or behind segment ${place.segment ?? 0}`,
    remedy: "Ask the sender to send the file again, whole.",
    ack: { interchange: "023" },
  };
}

export function namelessSegment(place: Place): Finding {
  return {
    code: "SYNTAX_SEGMENT_TAG",
    severity: "reject",
    message: "A segment has no tag.",
    place,
    expected: "a tag of capital letters and digits",
    remedy: "Ask the sender to correct the file; a separator or terminator may be one too many.",
    ack: { segment: "1", set: "5", interchange: "022" },
  };
}

export function misplacedSegment(grammar: Grammar, place: Place, found: string): Finding {
  const pairs = [grammar.interchange, grammar.group, grammar.set].map((pair) => pair.join(", "));
  return {
    code: "SYNTAX_NESTING",
    severity: "reject",
    message: "A segment stands where the envelopes do not allow it.",
    place,
    expected: pairs.join(" around "),
    found,
    remedy: "Ask the sender to correct the file's envelopes.",
    ack: { interchange: "022" },
  };
}

export function missingSetTrailer(grammar: Grammar, place: Place, control: string): Finding {
  return {
    code: "SYNTAX_SET_TRAILER",
    severity: "reject",
    message: `The set has no ${grammar.set[1]}.`,
    place,
    expected: `${grammar.set[1]} with the control number ${control}`,
    found: place.tag ?? "another segment",
    remedy: "Ask the sender to send the file again.",
    ack: { set: "2" },
  };
}

export function missingGroupTrailer(grammar: Grammar, place: Place, control: string): Finding {
  return {
    code: "SYNTAX_GROUP_TRAILER",
    severity: "reject",
    message: `The group has no ${grammar.group[1]}.`,
    place,
    expected: `${grammar.group[1]} with the control number ${control}`,
    found: place.tag ?? "another segment",
    remedy: "Ask the sender to send the file again.",
    ack: { group: "3" },
  };
}

export function repeatedControl(grammar: Grammar, place: Place, control: string): Finding {
  return {
    code: "SYNTAX_SET_CONTROL_REPEATED",
    severity: "tolerated",
    message: "Two sets of the group have the same control number, so an acknowledgement cannot tell them apart.",
    place: { ...place, element: grammar.family === "x12" ? 2 : 1 },
    expected: "a control number of its own for every set",
    found: control,
    remedy: "The set is read all the same; ask the sender to number the sets of a group.",
    ack: { set: "23" },
  };
}

/** The rest of the file, from `place` on, is not looked at. */
export function tooManyFaults(place: Place): Finding {
  return {
    code: "SYNTAX_TOO_MANY_FAULTS",
    severity: "reject",
    message: "So much is wrong with the envelopes that the rest of the file is not looked at.",
    place,
    expected: `at most ${MOST_FAULTS.headers} headers that cannot be read and ${MOST_FAULTS.structural} other faults`,
    remedy: "Ask the sender to correct the file.",
  };
}

/** What a TA1 names by its elements TA101 to TA105. */
const TA1_RULES: readonly { readonly holds: (text: string) => boolean; readonly expected: string }[] = [
  { holds: (text) => /^\d{9}$/.test(text), expected: "nine digits: the control number of the interchange answered" },
  {
    holds: (text) => /^\d{6}$/.test(text) && envelopeDate(text) !== "",
    expected: "a date YYMMDD: that of the interchange answered",
  },
  {
    holds: (text) => /^\d{4}$/.test(text) && envelopeTime(text) !== "",
    expected: "a time HHMM: that of the interchange answered",
  },
  { holds: (text) => /^[AER]$/.test(text), expected: "A accepted, E accepted with errors, R rejected" },
  { holds: (text) => /^\d{3}$/.test(text), expected: "a note code of three digits, 000 without an error" },
];

/** A TA1 is taken as it is, since nothing can be answered to it; what it cannot mean is said. */
export const ta1Faults = (place: Place, [, ...elements]: readonly string[]): Finding[] =>
  TA1_RULES.flatMap(({ expected, holds }, index) => {
    const text = elements[index] ?? "";
    if (holds(text)) return [];
    return [
      {
        code: "SYNTAX_TA1",
        severity: "tolerated",
        message: `TA1${String(index + 1).padStart(2, "0")} of an interchange acknowledgement is not what the standard asks for.`,
        place: { ...place, element: index + 1 },
        expected,
        found: text || "nothing",
        remedy: "Ask the sender to correct his interchange acknowledgements; see whether he had the interchange.",
      },
    ];
  });
