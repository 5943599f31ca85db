/** What a request for a short link says of who makes it. */
import { isbot } from "isbot";
import type { RequestReason } from "../../rules/click-verdicts.ts";

/** Headers by which browsers and apps say that they fetch a page before anybody asked for it. */
const purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"] as const;
const ahead = /prefetch|prerender|preview/i;
/** Android's and Apple's own HTTP libraries, by which apps fetch previews; browsers of the same systems name themselves further. */
const bareAgent =
  /^(?:Dalvik\/\S+(?: \([^)]*\))?|\S+\/\S+ CFNetwork\/\S+(?: Darwin\/\S+)?|CFNetwork\/\S+(?: Darwin\/\S+)?)\s*$/i;

/** The answers of `isbot`, whose pattern is long, for the few agents that most requests have. */
const known = new Map<string, boolean>();
const mostKnown = 1_000;

/** Why the request is a robot's; null where it may be a person's. */
export function requestReason(request: {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}): RequestReason | null {
  if (request.method === "HEAD") return "head";
  const { headers } = request;
  if (purposes.some((name) => ahead.test(String(headers[name] ?? "")))) return "prefetch";
  const agent = headers["user-agent"]?.toString().trim() ?? "";
  if (agent === "") return "no_agent";
  return isRobot(agent) ? "robot_agent" : null;
}

function isRobot(agent: string): boolean {
  let answer = known.get(agent);
  if (answer === undefined) {
    answer = bareAgent.test(agent) || isbot(agent);
    if (known.size >= mostKnown) known.clear();
    known.set(agent, answer);
  }
  return answer;
}
