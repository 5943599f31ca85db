/** /docs: the reference page, rendered by Scalar from /api/openapi.json, without resources from other hosts. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { allowStyles } from "./security-headers.ts";

const configuration = {
  withDefaultFonts: false, // they come from another host
  hideClientButton: true,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: "json",
  showDeveloperTools: "never",
  operationTitleSource: "path",
};

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Varsla API</title><link rel="icon" href="data:,"></head>
<body>
<div id="api-reference" data-url="/api/openapi.json" data-configuration="${JSON.stringify(configuration).replaceAll('"', "&quot;")}"></div>
<script src="/docs/scalar.js"></script>
</body>
</html>
`;

/** Serves the page. Its library adds style elements at run time, so this page's policy allows them; scripts stay strict. */
export function serveReferencePage(app: FastifyInstance): void {
  app.get("/docs", async (_request, reply) => {
    allowStyles(reply, "any");
    return reply.type("text/html; charset=utf-8").header("cache-control", "no-cache").send(page);
  });

  let script: Promise<Buffer> | null = null;
  app.get("/docs/scalar.js", async (request, reply) => {
    script ??= readScript(app);
    reply.type("text/javascript; charset=utf-8").header("cache-control", "public, max-age=86400");
    reply.header("vary", "accept-encoding");
    const compressed = await script;
    if (/\bgzip\b/.test(request.headers["accept-encoding"] ?? "")) {
      return reply.header("content-encoding", "gzip").send(compressed);
    }
    const { gunzipSync } = await import("node:zlib");
    return reply.send(gunzipSync(compressed));
  });
}

/**
 * Scalar's script is four megabytes inside its Fastify plugin, so it is loaded when the page is first opened, and cached
 * compressed. Only the script is taken from the plugin, since its own page has an inline script, which our policy forbids.
 */
async function readScript(app: FastifyInstance): Promise<Buffer> {
  const [{ default: scalar }, { fastify }] = await Promise.all([
    import("@scalar/fastify-api-reference"),
    import("fastify"),
  ]);
  const scratch = fastify();
  await scratch.register(scalar, { routePrefix: "/reference", configuration: { url: "/api/openapi.json" } });
  const answer = await scratch.inject("/reference/js/scalar.js");
  await scratch.close();
  if (answer.statusCode !== 200) throw new Error(`Scalar's plugin has no script: ${answer.statusCode}`);
  app.log.debug({ bytes: answer.rawPayload.length }, "loaded the script of the reference page");
  return promisify(gzip)(answer.rawPayload);
}
