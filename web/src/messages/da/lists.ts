import type { lists as en } from "../en/lists.ts";
import type { Translation } from "../languages.ts";

export const lists: Translation<typeof en> = {
  title: "Lists",
};
