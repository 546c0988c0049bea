/**
 * The canonical acknowledgement (X12 997, 999 and TA1, EDIFACT CONTRL): syntax received and checked, never "a planner
 * accepted". A TA1 has only what it says of the interchange; a 997 or 999 only its group; a CONTRL the interchange with
 * its sets, and groups where the interchange has them.
 */
import { z } from "zod";
import { date, segmentOrdinal, text } from "./fields.ts";

/** What a fault has to do with (CTX of the 999): the situation it arose in, and where. */
const context = z.strictObject({
  ...segmentOrdinal,
  name: text.optional().describe("SITUATIONAL TRIGGER, or the field that names the business unit"),
  reference: text.optional().describe("Its value"),
  tag: text.optional(),
  position: text.optional().describe("Ordinal of the segment in its set; ST is 1"),
  loop: text.optional(),
  element: text.optional(),
  component: text.optional(),
  repetition: text.optional(),
  elementNumber: text.optional(),
  componentNumber: text.optional(),
});

const elementError = z.strictObject({
  ...segmentOrdinal,
  element: text
    .optional()
    .describe("Place of the element in its segment: AK401-1 counts it from 1, S011 0098 from 2, the tag being 1"),
  component: text.optional(),
  repetition: text.optional(),
  elementNumber: text.optional().describe("Data element reference number (AK402)"),
  code: text.optional().describe("AK403"),
  found: text.optional().describe("Copy of the bad element (AK404)"),
  contexts: z.array(context).optional(),
});

const segmentError = z.strictObject({
  ...segmentOrdinal,
  tag: text.optional().describe("Segment identifier (AK301)"),
  position: text.optional().describe("Ordinal of the segment in its set; ST is 1 (AK302)"),
  loop: text.optional(),
  code: text.optional().describe("AK304"),
  contexts: z.array(context).optional(),
  elements: z.array(elementError).optional(),
});

const setAnswer = z.strictObject({
  ...segmentOrdinal,
  type: text.optional().describe("ST01 of the set answered"),
  control: text.optional().describe("ST02 of the set answered"),
  version: text.optional().describe("Version of the set answered (UCM S009 0052: D)"),
  release: text.optional().describe("S009 0054, e.g. 97A"),
  agency: text.optional().describe("S009 0051, e.g. UN"),
  association: text.optional().describe("S009 0057"),
  tag: text.optional().describe("Service segment at fault (UCM 0135)"),
  element: text.optional().describe("Its element at fault (UCM S011 0098), the tag being 1"),
  component: text.optional(),
  segments: z.array(segmentError).optional(),
  status: text.optional().describe("accepted, accepted-with-errors, rejected; else the code"),
  code1: text.optional().describe("AK502, IK502 or UCM 0085"),
  code2: text.optional(),
  code3: text.optional(),
  code4: text.optional(),
  code5: text.optional(),
});

const groupAnswer = z.strictObject({
  ...segmentOrdinal,
  functionalId: text.optional(),
  control: text.optional().describe("Reference of the group answered (UCF 0048)"),
  sender: text.optional().describe("UCF S006"),
  senderQualifier: text.optional(),
  receiver: text.optional().describe("UCF S007"),
  receiverQualifier: text.optional(),
  status: text.optional(),
  code: text.optional().describe("UCF 0085"),
  tag: text.optional().describe("UNG or UNE"),
  element: text.optional(),
  component: text.optional(),
  sets: z.array(setAnswer).optional(),
});

export const acknowledgement = z
  .strictObject({
    set: z.strictObject({ number: text.optional(), version: text.optional() }).optional(),
    interchange: z
      .strictObject({
        control: text.optional().describe("Control number of the interchange answered (TA101, UCI 0020)"),
        date: date.optional().describe("Its date (TA102)"),
        time: text.optional().describe("Its time, HHMM (TA103)"),
        sender: text.optional().describe("Its sender (UCI S002)"),
        senderQualifier: text.optional(),
        receiver: text.optional().describe("Its receiver (UCI S003)"),
        receiverQualifier: text.optional(),
        status: text.optional().describe("accepted, accepted-with-errors, rejected, received; else the code"),
        code: text.optional().describe("TA105 or UCI 0085"),
        tag: text.optional().describe("Service segment at fault (UCI 0135)"),
        element: text.optional(),
        component: text.optional(),
      })
      .optional(),
    group: z
      .strictObject({
        functionalId: text.optional().describe("GS01 of the group answered"),
        control: text.optional().describe("GS06 of the group answered"),
        version: text.optional(),
        status: text.optional().describe("accepted, accepted-with-errors, partly-accepted, rejected; else the code"),
        included: text.optional().describe("Sets the group's trailer states"),
        received: text.optional(),
        accepted: text.optional(),
        code1: text.optional().describe("AK905 to AK909"),
        code2: text.optional(),
        code3: text.optional(),
        code4: text.optional(),
        code5: text.optional(),
      })
      .optional(),
    groups: z.array(groupAnswer).optional().describe("CONTRL: groups of an interchange that has them, with their sets"),
    sets: z.array(setAnswer).optional(),
  })
  .describe("An acknowledgement of an interchange or of one group");

export type Acknowledgement = z.infer<typeof acknowledgement>;
