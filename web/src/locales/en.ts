import { frame } from "./en/frame.ts";
import { problems } from "./en/problems.ts";
import { ui } from "./en/ui.ts";

/** The texts that every page needs. */
export const messages = { frame, problems, ui };
