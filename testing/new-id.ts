/** Ids for tests that do not depend on the time in them. */
import { newId as newIdAt } from "../server/kit/id.ts";

export const newId = (at: Date = new Date()): string => newIdAt(at);
