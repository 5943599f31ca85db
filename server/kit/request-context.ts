/** Who is calling and from where, for functions deep below the handler that are not passed the call. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Actor, User } from "./http.ts";

export interface RequestContext {
  actor: Actor | null;
  user: User | null;
  /** The caller's address, as Call.ip. */
  ip: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs a request's handler; what it calls can ask for `currentRequest`. */
export const inRequest = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);

/** The request that is being answered; null in jobs and at the start of the program. */
export const currentRequest = (): RequestContext | null => storage.getStore() ?? null;
