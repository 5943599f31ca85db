/** The current request's caller, for functions deep below the handler that don't get the call as a parameter. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Actor, User } from "./http.ts";

export interface RequestContext {
  actor: Actor | null;
  user: User | null;
  /** The caller's address, as Call.ip. */
  ip: string;
}

const storage = new AsyncLocalStorage<RequestContext | null>();

/** Runs a request's handler, in which `currentRequest` returns this context; null: what is nobody's, whoever else's turn it is. */
export const inRequest = <T>(context: RequestContext | null, work: () => T): T => storage.run(context, work);

/** The current request; null in jobs and at the start of the program. */
export const currentRequest = (): RequestContext | null => storage.getStore() ?? null;
