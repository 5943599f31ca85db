import type { Messages, Translation } from "./languages.ts";
import { frame } from "./nb/frame.ts";
import { problems } from "./nb/problems.ts";
import { ui } from "./nb/ui.ts";

export const messages: Translation<Messages> = { frame, problems, ui };
