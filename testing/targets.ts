/** What tests let a server reach beyond the public internet: providers and receivers that run on this machine. */
import { createOutboundTargets } from "../server/kit/outbound-targets.ts";

export const thisMachine = ["127.0.0.0/8", "::1/128"];
export const onThisMachine = createOutboundTargets({ allowed: thisMachine });
