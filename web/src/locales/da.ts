import { frame } from "./da/frame.ts";
import { problems } from "./da/problems.ts";
import { ui } from "./da/ui.ts";
import type { Messages, Translation } from "./languages.ts";

export const messages: Translation<Messages> = { frame, problems, ui };
