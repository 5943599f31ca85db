/** Serves the built web app: hashed assets cached for ever, and its page for every other URL, so that every view has one. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../kit/errors.ts";
import { allowStyles } from "./security-headers.ts";

/** Replaced in index.html by the nonce for style elements. */
const noncePlaceholder = "__CSP_NONCE__";
const isApi = /^\/(api|metrics)(\/|\?|$)/;

/** Serves `root`, or a page that says how to build it. Also handles requests that no route matches. */
export async function serveWebApp(app: FastifyInstance, root: string): Promise<void> {
  if (existsSync(join(root, "index.html"))) {
    await app.register(fastifyStatic, {
      root,
      index: false,
      wildcard: true,
      preCompressed: true,
      decorateReply: false,
      allowedPath: (path) => path !== "/index.html",
      setHeaders: (reply, path) => {
        const hashed = path.includes("/assets/");
        reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.get("/", (request, reply) => answerPage(request, reply, root));
  app.setNotFoundHandler(async (request, reply) => {
    const wantsPage = request.method === "GET" || request.method === "HEAD";
    if (isApi.test(request.url) || !wantsPage || looksLikeFile(request.url)) {
      throw new Problem(404, "not_found", `There is nothing at ${request.method} ${request.url.split("?")[0]}.`);
    }
    return answerPage(request, reply, root);
  });
}

/** A missing script must not be answered with a page, which browsers then fail to run as one. */
function looksLikeFile(url: string): boolean {
  const [path = ""] = url.split("?");
  return path.startsWith("/assets/") || /\.(js|css|map|svg|png|ico|woff2?|txt|json|webmanifest)$/.test(path);
}

async function answerPage(_request: FastifyRequest, reply: FastifyReply, root: string): Promise<string> {
  reply.type("text/html; charset=utf-8").header("cache-control", "no-cache");
  const page = await readFile(join(root, "index.html"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return null;
  });
  if (page === null) {
    reply.code(503);
    return missingPage;
  }
  if (!page.includes(noncePlaceholder)) return page;
  const nonce = randomBytes(16).toString("base64");
  allowStyles(reply, { nonce });
  reply.header("cache-control", "no-store");
  return page.replaceAll(noncePlaceholder, nonce);
}

const missingPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Varsla</title></head>
<body>
<h1>Varsla is running, but its web app is not built</h1>
<p>Stop it and start it with <code>npm start</code>, which builds the web app first. The API works meanwhile: see <a href="/docs">its reference</a>.</p>
</body>
</html>
`;
