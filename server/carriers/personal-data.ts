/** Erasure and purge of the texts that kinds of carrier keep themselves. */
import { purgeSandbox, eraseOnSandbox } from "./sandbox/erase-on-sandbox.ts";

export const eraseNumbers = [eraseOnSandbox] as const;
export const purgeAtCarriers = [purgeSandbox] as const;
