import type { Messages, Translation } from "./languages.ts";
import { frame } from "./sv/frame.ts";
import { problems } from "./sv/problems.ts";
import { ui } from "./sv/ui.ts";

export const messages: Translation<Messages> = { frame, problems, ui };
