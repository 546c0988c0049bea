import { killedAtCalls } from "./killed-at-calls.ts";

killedAtCalls([{ calls: "pwrite64", places: { all: 100, drawn: 100 }, part: [0, 2] }]);
