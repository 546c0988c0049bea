import { killedEverywhere } from "./killed-at-points.ts";

killedEverywhere("sqlite");
