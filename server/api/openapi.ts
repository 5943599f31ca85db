/** The OpenAPI 3.1 document, generated from the contract. */
import { z } from "zod";
import { authentication } from "../../contract/accounts.ts";
import { contract } from "../../contract/contract.ts";
import type { Endpoint, Resource } from "../../contract/endpoint.ts";
import { Failure } from "../../contract/shapes.ts";
import { webhookEvents } from "../../contract/webhook-events.ts";

type Json = Record<string, unknown>;

export const apiPrefix = "/api/v1";
export const authenticationPrefix = "/api/auth";

type ResourceName = keyof typeof contract | "authentication";

/** Headings of the reference page. */
const titles: Record<ResourceName, string> = {
  authentication: "Signing in",
  accounts: "Installation and session",
  workspaces: "Workspace",
  people: "People",
  apiKeys: "API keys",
  subscription: "Subscription",
  usage: "Usage",
  contacts: "Contacts",
  erasures: "Erasures",
  properties: "Properties",
  lists: "Lists",
  consent: "Consent",
  tray: "Possible opt-outs",
  senders: "Senders",
  segments: "Segments",
  messages: "Messages",
  mails: "Mails",
  services: "Services",
  locations: "Locations",
  resources: "Resources",
  bookingStatuses: "Statuses of bookings",
  bookings: "Bookings",
  workflows: "Workflows",
  events: "Events",
  ticketTypes: "Ticket types",
  products: "Products of events",
  orders: "Orders and tickets",
  templates: "Templates",
  campaigns: "Campaigns",
  editors: "Editors of campaigns",
  carriers: "Carriers",
  carrierWebhooks: "Webhooks of carriers",
  alerts: "Alerts",
  webhooks: "Webhooks",
  quietHours: "Quiet hours",
  retention: "Retention",
  audit: "Audit log",
  sandbox: "Sandbox",
  news: "Live updates",
};

/** The document of this version. */
export function openApiDocument(options: { version: string }): Json {
  const paths: Record<string, Json> = {};
  const resources: [ResourceName, Resource, string][] = [
    ["authentication", authentication, authenticationPrefix],
    ...Object.entries<Resource>(contract).map(([name, resource]): [ResourceName, Resource, string] => [
      name as keyof typeof contract,
      resource,
      apiPrefix,
    ]),
  ];
  for (const [name, resource, prefix] of resources) {
    for (const [call, endpoint] of Object.entries(resource)) {
      const path = `${prefix}${endpoint.path.replace(/:(\w+)/g, "{$1}")}`;
      paths[path] ??= {};
      paths[path][endpoint.method.toLowerCase()] = operation(name, call, endpoint);
    }
  }
  paths["/api/health"] = { get: healthOperation };
  return {
    openapi: "3.1.0",
    info: { title: "Varsla", version: options.version, description: introduction },
    servers: [{ url: "/", description: "This installation" }],
    tags: [...resources.map(([name]) => ({ name: titles[name] })), { name: webhookTag }],
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    webhooks: Object.fromEntries(Object.entries(webhookEvents).map(([name, event]) => [name, webhook(name, event)])),
    components: {
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "An API key. It works in the workspace it was made in.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "varsla.session_token",
          description:
            "The cookie of a signed-in person (`__Host-varsla.session_token` over https). Calls that change something must come from the same site.",
        },
      },
      schemas: { Failure: schemaOf(Failure, "output") },
      headers: {
        RequestId: { description: "Names the request in the logs", schema: { type: "string" } },
      },
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [`Failure${status}`, failureResponse(description)]),
      ),
    },
  };
}

const introduction = `One call for everything that the web app does.

Errors are \`{"error":{"code","message","field?","value?"}}\`. Lists are \`{"items":[…],"next_cursor"}\`: pass
\`next_cursor\` as \`cursor\` to get the next page; it is null on the last. Times are ISO 8601. Calls that send take an
\`Idempotency-Key\`: a repeated call then gets the first one's answer, and sends nothing again.`;

const failures: Record<number, string> = {
  400: "The request is malformed",
  401: "The caller is not signed in, or the key or session is not valid (any more)",
  403: "The caller may not do this",
  404: "There is no such thing, or it is another workspace's",
  409: "It conflicts with existing data",
  408: "The body did not arrive in time",
  413: "The body is too large",
  415: "The body is of another media type than the call takes",
  421: "The request's host name is not this installation's",
  422: "A value is invalid; `field` names it",
  429: "Too many requests; Retry-After says how many seconds to wait",
  500: "An internal error, logged under the request's id",
  503: "The service is starting, or cannot reach its database; Retry-After says when to try again",
};

function operation(resource: ResourceName, name: string, endpoint: Endpoint): Json {
  const open = endpoint.permission === "anyone";
  const status = endpoint.status ?? 200;
  return {
    operationId: `${resource}_${name}`,
    tags: [titles[resource]],
    summary: endpoint.summary,
    description: needs(endpoint),
    ...(open ? { security: [] } : {}),
    ...(endpoint.permission === "signed-in" ? { security: [{ session: [] }] } : {}),
    parameters: parameters(endpoint),
    ...requestBody(endpoint),
    responses: {
      [status]: success(endpoint),
      ...(endpoint.orStatus && {
        [endpoint.orStatus.status]: { ...success(endpoint), description: endpoint.orStatus.when },
      }),
      ...failureResponses(endpoint),
    },
    "x-permission": endpoint.permission,
    ...(endpoint.further && { "x-further-permissions": endpoint.further }),
  };
}

/** What webhooks are sent, beside the calls. */
const webhookTag = "Webhook events";

function webhook(name: string, { summary, payload, example }: (typeof webhookEvents)["alert.raised"]): Json {
  return {
    post: {
      operationId: `webhook_${name.replaceAll(".", "_")}`,
      tags: [webhookTag],
      summary,
      description: "Sent to the webhooks that receive this event, signed as the Standard Webhooks specification says.",
      security: [],
      requestBody: {
        required: true,
        content: { "application/json": { schema: schemaOf(payload, "output"), example } },
      },
      responses: {
        "2XX": { description: "The receiver has taken it; any other answer is a failure, and it is tried again" },
      },
    },
  };
}

function needs({ permission, further = [], signed }: Endpoint): string {
  if (signed) return "The caller signs it and needs no sign-in.";
  if (permission === "anyone") return "Needs no sign-in.";
  if (permission === "signed-in") return "Needs a session; API keys cannot call it.";
  const also = further.map((each) => `, and \`${each.permission}\`${each.when === undefined ? "" : ` ${each.when}`}`);
  return `Needs the permission \`${permission}\`${also.join("")}.`;
}

function parameters(endpoint: Endpoint): Json[] {
  const listed = [...described(endpoint.params, "path"), ...described(endpoint.query, "query")];
  if (endpoint.permission !== "anyone") {
    listed.push({
      name: "X-Workspace",
      in: "header",
      required: false,
      description: "With a session: the workspace to work in, else the person's first. With a key: its own, or none.",
      schema: { type: "string", format: "uuid" },
    });
  }
  if (endpoint.idempotent) {
    listed.push({
      name: "Idempotency-Key",
      in: "header",
      required: false,
      description:
        "Any text that is new for each thing to send. For 24 hours the same key with the same body gets the same answer (with `Idempotency-Replayed: true`), and with another body 409 `idempotency_key_reused`.",
      schema: { type: "string", minLength: 1, maxLength: 255 },
    });
  }
  return listed;
}

function described(schema: z.ZodType | undefined, where: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...shape }]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: shape,
  }));
}

function requestBody(endpoint: Endpoint): Json {
  if (endpoint.bodyType) {
    const schema = { type: "string", description: "The file itself, as a stream of any length" };
    const types = [endpoint.bodyType, ...(endpoint.bodyTypes ?? [])];
    return { requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) } };
  }
  if (endpoint.signed) {
    const schema = { type: "object", additionalProperties: { type: "string" } };
    return { requestBody: { required: true, content: { "application/x-www-form-urlencoded": { schema } } } };
  }
  if (!endpoint.body) return {};
  const required = !endpoint.body.safeParse(undefined).success;
  return { requestBody: { required, content: { "application/json": { schema: schemaOf(endpoint.body, "input") } } } };
}

function success(endpoint: Endpoint): Json {
  const headers: Json = { "X-Request-Id": { $ref: "#/components/headers/RequestId" } };
  if (endpoint.idempotent) {
    headers["Idempotency-Replayed"] = {
      description: "true when this is the answer of an earlier call with the same Idempotency-Key",
      schema: { type: "string", enum: ["true"] },
    };
  }
  const description = endpoint.summary;
  if (endpoint.answerType) {
    return { description, headers, content: { [endpoint.answerType]: { schema: { type: "string" } } } };
  }
  if (!endpoint.answer) return { description, headers };
  return { description, headers, content: { "application/json": { schema: schemaOf(endpoint.answer, "output") } } };
}

function failureResponses(endpoint: Endpoint): Json {
  const hasBody = endpoint.body !== undefined || endpoint.bodyType !== undefined;
  const statuses = [
    400,
    421,
    ...(hasBody ? [408, 413, 415] : endpoint.signed ? [408, 413] : []),
    ...(endpoint.permission === "anyone" ? [] : [401]),
    ...(endpoint.permission === "anyone" && !endpoint.signed ? [] : [403]),
    ...(endpoint.params && !endpoint.signed ? [404] : []),
    ...(endpoint.method === "GET" || endpoint.signed ? [] : [409]),
    ...(hasBody || endpoint.query ? [422] : []),
    429,
    500,
    503,
  ].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const own = endpoint.failures?.[status];
      if (own) return [status, failureResponse(`${failures[status]}. ${own}`)];
      return [status, { $ref: `#/components/responses/Failure${status}` }];
    }),
  );
}

function failureResponse(description: string): Json {
  return { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Failure" } } } };
}

const healthOperation: Json = {
  operationId: "health",
  tags: ["Installation and session"],
  summary: "200 once the service is ready and reaches its database, else 503.",
  security: [],
  responses: {
    200: {
      description: "Ready",
      content: {
        "application/json": {
          schema: { type: "object", properties: { status: { const: "ok" } }, required: ["status"] },
        },
      },
    },
    503: { $ref: "#/components/responses/Failure503" },
  },
};

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema, ...shape } = z.toJSONSchema(schema, { target: "draft-2020-12", io, unrepresentable: "any" });
  void $schema;
  return shape;
}
