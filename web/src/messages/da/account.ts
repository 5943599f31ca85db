import type { account as en } from "../en/account.ts";
import type { Translation } from "../languages.ts";

export const account: Translation<typeof en> = {};
