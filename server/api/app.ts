/** The HTTP server: what every request passes on its way to a handler and back. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FastifyInstance, fastify, LogController } from "fastify";
import { createHttpServer, type Patience } from "../kit/http-server.ts";
import { networks } from "../kit/ip-address.ts";
import { identityOf } from "../workspaces/account-jobs.ts";
import { createAttempts } from "../workspaces/attempts.ts";
import { createKeyring } from "../workspaces/keyring.ts";
import { startAccessWatch } from "./access-watch.ts";
import { type Binding, bindResource } from "./bind.ts";
import { bodyLimits, type BodyLimits, takeNothing } from "./bodies.ts";
import { answerFailure } from "./failures.ts";
import { believeProxies, tellIgnored } from "./forwarded.ts";
import { serveHealth } from "./health-routes.ts";
import { checkHosts, pathOf } from "./host.ts";
import { createLimiter, type Limits, limits } from "./limits.ts";
import { serveMetrics } from "./metrics.ts";
import { seedWorkspace } from "./new-workspace.ts";
import { openApiDocument } from "./openapi.ts";
import { serveReferencePage } from "./reference-page.ts";
import { logRequests, requestId } from "./request-log.ts";
import { bindRoutes } from "./routes.ts";
import { headersOfData, setSecurityHeaders } from "./security-headers.ts";
import type { Services } from "./services.ts";
import { serveWebApp } from "./web-app.ts";

const root = join(import.meta.dirname, "..", "..");
const webApp = join(root, "web", "dist");
/** Links of invitations are the longest parameters. */
const longestParameter = 500;

/** What tests do not wait for, or have another of. */
export interface AppOptions {
  webRoot?: string;
  limits?: Partial<Limits>;
  bodyLimits?: Partial<BodyLimits>;
  patience?: Patience;
}

/** Builds the server, ready to listen or to be injected into. Closing it ends open streams first. */
export async function buildApp(services: Services, options: AppOptions = {}): Promise<FastifyInstance> {
  const { db, clock, config } = services;
  const proxies = networks(config.trusted_proxies);
  const ignored = tellIgnored(services.log);
  const https = config.public_url.startsWith("https://");
  const version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  const app: FastifyInstance = fastify({
    loggerInstance: services.log,
    // Ours are shorter and hold no values of a URL, see request-log.ts.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    // One logger for all: a child for each request, with its id, was a fortieth of a small request's time.
    childLoggerFactory: (logger) => logger,
    trustProxy: (address) => proxies.has(address),
    rewriteUrl: (request) => {
      believeProxies(request, proxies, ignored);
      return pathOf(request.url ?? "/");
    },
    serverFactory: (handler) => createHttpServer(handler, options.patience),
    clientErrorHandler: () => {}, // the server answers them itself
    routerOptions: { maxParamLength: longestParameter, ignoreTrailingSlash: true },
    // Of a URL that cannot be read: no hook has seen it.
    frameworkErrors: (error, request, reply) =>
      void answerFailure(error, request, reply.headers(headersOfData({ https }))),
  }) as unknown as FastifyInstance;
  app.decorateRequest("caller", null);
  app.setErrorHandler(answerFailure);
  // Endpoints say themselves what they take; what is left is addresses where nothing is.
  takeNothing(app);

  const stopping = new AbortController();
  app.addHook("preClose", async () => stopping.abort());

  setSecurityHeaders(app, { https });
  logRequests(app, services.log);
  checkHosts(app, config);
  const limiter = await createLimiter(app, { ...limits, ...options.limits });
  const identity = identityOf(services);
  const keyring = createKeyring({ db, clock });
  const attempts = createAttempts(db);
  const accessWatch = await startAccessWatch({ ...services, keyring });
  app.addHook("onClose", async () => accessWatch.stop());
  const binding: Binding = {
    db,
    clock,
    config,
    identity,
    keyring,
    limiter,
    accessWatch,
    stopping: stopping.signal,
    bodyLimits: { ...bodyLimits, ...options.bodyLimits },
  };

  serveMetrics(app, binding);
  serveHealth(app, db);
  const routeServices = { ...services, identity, keyring, attempts, seed: seedWorkspace, version };
  await bindRoutes(routeServices, (prefix, resource, handlers) =>
    bindResource(app, binding, prefix, resource, handlers),
  );
  serveReferencePage(app);
  const document = JSON.stringify(openApiDocument({ version }));
  app.get("/api/openapi.json", async (_request, reply) =>
    reply.type("application/json; charset=utf-8").header("cache-control", "no-cache").send(document),
  );
  await serveWebApp(app, options.webRoot ?? webApp);
  await app.ready();
  return app;
}
