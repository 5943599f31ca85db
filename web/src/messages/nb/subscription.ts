import type { subscription as en } from "../en/subscription.ts";
import type { Translation } from "../languages.ts";

export const subscription: Translation<typeof en> = {};
