import { killedAtCalls } from "./killed-at-calls.ts";

killedAtCalls([{ calls: "fsync,fdatasync", part: [1, 2] }]);
