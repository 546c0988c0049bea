/** The part of the package `edifact` that is used here; it comes without types. */
declare module "edifact/parser.js" {
  export default class Parser {
    constructor(validator?: unknown, configuration?: Readonly<Record<string, number>>);
    /** One of UNOA, UNOB, UNOC, UNOY, UCS2. */
    encoding(level: string): void;
    onopensegment: (tag: string) => void;
    onclosesegment: () => void;
    onelement: () => void;
    oncomponent: (data: string) => void;
    /** @throws Error where a character cannot stand */
    write(chunk: string): void;
    /** @throws Error inside a segment */
    end(): void;
  }
}
