/** Ids for tests that do not care when what they name was made. */
import { newId as newIdAt } from "../server/kit/id.ts";

export const newId = (at: Date = new Date()): string => newIdAt(at);
