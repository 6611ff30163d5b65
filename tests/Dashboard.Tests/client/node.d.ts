// The two members of node that the program uses; node's own types are another package.
declare const process: { argv: string[]; exit(code: number): void };
