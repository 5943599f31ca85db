/**
 * One POST to a user's URL, if it may be reached (kit/outbound-targets.ts). It follows no redirect, waits ten seconds at most
 * and reads no more of the response than is kept.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type OutboundTargets, type Target, TargetRefused } from "../kit/outbound-targets.ts";

/** The outcome: a response, or why there was none. */
export interface Posted {
  status: number | null;
  /** The beginning of the response. */
  response: string | null;
  error: string | null;
}

export const postTimeout = 10_000;
const maxRead = 2_048;

/** Posts once. Null when `signal` aborted it before there was a response. */
export async function postWebhook(
  url: string,
  headers: Record<string, string>,
  body: string,
  options: { targets: OutboundTargets; signal: AbortSignal; timeout_ms?: number },
): Promise<Posted | null> {
  const timeout = options.timeout_ms ?? postTimeout;
  const late = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([late, options.signal]);
  let target: Target | null = null;
  try {
    const to = new URL(url);
    target = await options.targets.find(to.hostname, signal);
    const answer = await post(to, target, headers, body, signal);
    const status = answer.statusCode ?? null;
    if (target.discreet) {
      answer.destroy();
      return { status, response: null, error: null };
    }
    return { status, response: await beginning(answer), error: null };
  } catch (error) {
    if (options.signal.aborted) return null;
    // The reason would reveal whether a port in the operator's network is closed, filtered or used.
    const why = target?.discreet ? "no answer" : reasonOf(error, late.aborted ? timeout : null);
    return { status: null, response: null, error: why };
  }
}

function reasonOf(error: unknown, timeout: number | null): string {
  if (error instanceof TargetRefused) return error.message;
  if (timeout !== null) return `no answer within ${timeout / 1000} s`;
  return (error as Error).message || (error as NodeJS.ErrnoException).code || "no answer";
}

async function post(
  url: URL,
  target: Target,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise<IncomingMessage>((done, fail) => {
    const sent: ClientRequest = request(
      url,
      {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        lookup: target.lookup,
        agent: false, // a new connection, since a pooled one was checked for another target
        signal,
      },
      done,
    );
    sent.on("error", fail);
    sent.end(body);
  });
}

/** The first kilobytes as text, without waiting for the rest. An error meanwhile is ignored, since the status has arrived. */
async function beginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maxRead) break;
    }
  } catch {
    // The body timed out or the connection was lost; the status counts.
  }
  answer.destroy();
  // PostgreSQL cannot store U+0000.
  return Buffer.concat(chunks).subarray(0, maxRead).toString("utf8").replaceAll("\0", "");
}
