/** The HTTP server: the hooks and checks that every request passes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FastifyInstance, fastify, LogController } from "fastify";
import { identityOf } from "../accounts/account-jobs.ts";
import { createApiKeyCache } from "../accounts/api-key-cache.ts";
import { createLoginThrottle } from "../accounts/login-throttle.ts";
import { servePublicBookings } from "../bookings/public-routes.ts";
import type { IncomingServices } from "../carriers/carrier.ts";
import { servePreferences } from "../consent/preference-route.ts";
import { createHttpServer, type HttpTimeouts } from "../kit/http-server.ts";
import { networks } from "../kit/ip-address.ts";
import { serveShortLinks } from "../links/redirect-route.ts";
import { linkOriginOf } from "../links/short-links.ts";
import { senderAddress } from "../senders/senders.ts";
import { startAccessWatch } from "./access-watch.ts";
import { type Binding, bindResource } from "./bind.ts";
import { bodyLimits, type BodyLimits, ignoreBodies } from "./bodies.ts";
import { answerFailure } from "./failures.ts";
import { applyForwarded, warnOfIgnored } from "./forwarded.ts";
import { serveHealth } from "./health-routes.ts";
import { checkHosts, pathOf } from "./host.ts";
import { createLimiter, type Limits, limits } from "./limits.ts";
import { serveMetrics } from "./metrics.ts";
import { seedWorkspace } from "./new-workspace.ts";
import { openApiDocument } from "./openapi.ts";
import { serveReferencePage } from "./reference-page.ts";
import { logRequests, requestId } from "./request-log.ts";
import { bindRoutes } from "./routes.ts";
import { headersOfData, headersOfPages, setSecurityHeaders } from "./security-headers.ts";
import type { RoutesModule } from "./services.ts";
import { serveWebApp } from "./web-app.ts";

const root = join(import.meta.dirname, "..", "..");
const webApp = join(root, "web", "dist");
/** Links of invitations are the longest parameters. */
const longestParameter = 500;

/** What tests replace. */
export interface AppOptions {
  webRoot?: string;
  limits?: Partial<Limits>;
  bodyLimits?: Partial<BodyLimits>;
  timeouts?: HttpTimeouts;
}

/** Builds the server with the modules' routes, ready to listen or for injected requests. Closing it ends open streams first. */
export async function buildApp(
  services: IncomingServices,
  modules: readonly RoutesModule[],
  options: AppOptions = {},
): Promise<FastifyInstance> {
  const { db, clock, config } = services;
  const proxies = networks(config.trusted_proxies);
  const ignored = warnOfIgnored(services.log);
  const https = config.public_url.startsWith("https://");
  const version: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  const app: FastifyInstance = fastify({
    loggerInstance: services.log,
    // Ours are shorter and contain no values of a URL, see request-log.ts.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    // One logger for all requests: a child logger for each took a fortieth of a small request's time.
    childLoggerFactory: (logger) => logger,
    trustProxy: (address) => proxies.has(address),
    rewriteUrl: (request) => {
      applyForwarded(request, proxies, ignored);
      return pathOf(request.url ?? "/");
    },
    serverFactory: (handler) => createHttpServer(handler, options.timeouts),
    clientErrorHandler: () => {}, // createHttpServer answers them
    routerOptions: { maxParamLength: longestParameter, ignoreTrailingSlash: true },
    // For a URL that cannot be parsed no hook has run, so the headers are set here.
    frameworkErrors: (error, request, reply) =>
      void answerFailure(error, request, reply.headers(headersOfData({ https }))),
  }) as unknown as FastifyInstance;
  app.decorateRequest("caller", null);
  app.setErrorHandler(answerFailure);
  // Endpoints parse their own bodies; unknown addresses refuse any.
  ignoreBodies(app);

  const stopping = new AbortController();
  app.addHook("preClose", async () => stopping.abort());

  setSecurityHeaders(app, { https });
  logRequests(app, services.log);
  checkHosts(app, config);
  const limiter = await createLimiter(app, { ...limits, ...options.limits });
  const identity = identityOf(services);
  const apiKeyCache = createApiKeyCache({ db, clock });
  const loginThrottle = createLoginThrottle(db);
  const accessWatch = await startAccessWatch({ ...services, apiKeyCache });
  app.addHook("onClose", async () => accessWatch.stop());
  const binding: Binding = {
    db,
    clock,
    config,
    identity,
    apiKeyCache,
    limiter,
    accessWatch,
    stopping: stopping.signal,
    bodyLimits: { ...bodyLimits, ...options.bodyLimits },
  };

  serveMetrics(app, binding);
  serveHealth(app, db);
  const linkOrigin = linkOriginOf(services.config);
  const routeServices = {
    ...services,
    identity,
    apiKeyCache,
    loginThrottle,
    seed: seedWorkspace,
    senderAddress,
    version,
    linkOrigin,
  };
  await bindRoutes(modules, routeServices, (prefix, resource, handlers) =>
    bindResource(app, binding, prefix, resource, handlers),
  );
  serveShortLinks(app, services, headersOfPages({ https }));
  servePreferences(app, services, headersOfPages({ https }), (request, code) =>
    limiter.count("preferences", request, code),
  );
  servePublicBookings(app, services, headersOfPages({ https }), (request) =>
    limiter.count("stranger", request, request.ip),
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
