/** The private targets that tests allow: providers and webhook receivers on this machine. */
import { createOutboundTargets } from "../server/kit/outbound-targets.ts";

export const thisMachine = ["127.0.0.0/8", "::1/128"];
export const onThisMachine = createOutboundTargets({ allowed: thisMachine });
