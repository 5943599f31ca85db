import type { sandbox as en } from "../en/sandbox.ts";
import type { Translation } from "../languages.ts";

export const sandbox: Translation<typeof en> = {
  title: "Sandbox",
};
