/**
 * Authentication: passwords and sessions, which better-auth stores in our tables. Permissions in a workspace are in members.ts,
 * changing a password in passwords.ts.
 */
import { createHmac } from "node:crypto";
import { betterAuth } from "better-auth";
import { Kysely, PostgresDialect } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { User } from "../kit/http.ts";
import { newId } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";

/** A session lasts this long without a visit; each visit after a day renews it. */
const sessionSeconds = 14 * 24 * 3600;
const renewAfterSeconds = 24 * 3600;
/** After this a person must sign in again, however often they visit. */
const longestSession = 30 * 24 * 3600_000; // milliseconds

/** What a request's cookies say. `cookies` are Set-Cookie headers to answer with. */
export type SessionState =
  | { state: "none" }
  | { state: "ended"; cookies: string[] }
  | { state: "open"; user: User; sessionId: string; remembered: boolean; cookies: string[] };

/** Where a request came from, for the list of sessions. */
export interface Visit {
  headers: Record<string, string | string[] | undefined>;
  ip: string;
}

export interface Identity {
  /** Who the request's session cookie belongs to. */
  findSession(visit: Visit): Promise<SessionState>;
  /** Opens a session. Throws 401 `invalid_email_or_password` whichever of the two it is. */
  signIn(
    visit: Visit,
    input: { email: string; password: string; remember?: boolean },
  ): Promise<{ user: User; cookies: string[] }>;
  /** Ends the session of the request, if any. */
  signOut(visit: Visit): Promise<string[]>;
  hashPassword(password: string): Promise<string>;
  /** Whether the password is the person's; false as well for a person without one. */
  verifyPassword(userId: string, password: string): Promise<boolean>;
}

/** Builds the identity of one process; cookies are Secure where PUBLIC_URL is https. */
export function createIdentity(options: {
  db: Db;
  clock: Clock;
  log: Logger;
  config: Pick<Config, "public_url" | "secret_key">;
}): Identity {
  const { clock } = options;
  const auth = buildAuth(options);

  return {
    async findSession(visit) {
      const headers = webHeaders(visit);
      const { sessionToken, dontRememberToken } = (await auth.$context).authCookies;
      if (!headers.get("cookie")?.includes(`${sessionToken.name}=`)) return { state: "none" };
      const found = await auth.api.getSession({ headers, returnHeaders: true });
      const cookies = found.headers.getSetCookie();
      if (!found.response) return { state: "ended", cookies };
      const { user, session } = found.response;
      if (session.createdAt.getTime() + longestSession <= clock.now().getTime()) {
        const ended = await auth.api.signOut({ headers, returnHeaders: true });
        return { state: "ended", cookies: ended.headers.getSetCookie() };
      }
      const remembered = !headers.get("cookie")?.includes(`${dontRememberToken.name}=`);
      return { state: "open", user: asUser(user), sessionId: session.id, remembered, cookies };
    },

    async signIn(visit, input) {
      const found = await asProblem(() =>
        auth.api.signInEmail({
          headers: webHeaders({ ip: visit.ip, headers: { "user-agent": visit.headers["user-agent"] } }),
          body: { email: input.email, password: input.password, rememberMe: input.remember ?? true },
          returnHeaders: true,
        }),
      );
      // The session that was open in this browser ends, since its cookie is replaced.
      const before = webHeaders(visit);
      if (before.get("cookie")) await auth.api.signOut({ headers: before });
      return { user: asUser(found.response.user), cookies: found.headers.getSetCookie() };
    },

    async signOut(visit) {
      const done = await auth.api.signOut({ headers: webHeaders(visit), returnHeaders: true });
      return done.headers.getSetCookie();
    },

    async hashPassword(password) {
      return (await auth.$context).password.hash(password);
    },

    async verifyPassword(userId, password) {
      const context = await auth.$context;
      const accounts = await context.internalAdapter.findAccounts(userId);
      const hash = accounts.find((account) => account.providerId === "credential")?.password;
      return hash ? context.password.verify({ hash, password }) : false;
    },
  };
}

function buildAuth(options: Parameters<typeof createIdentity>[0]) {
  const https = options.config.public_url.startsWith("https://");
  return betterAuth({
    // Only asked for by endpoints that redirect, which are not served.
    baseURL: options.config.public_url,
    basePath: "/api/auth",
    // Its own key, so that nothing else signed with the installation's key can pass for a session.
    secret: createHmac("sha256", options.config.secret_key).update("sessions").digest("base64url"),
    telemetry: { enabled: false },
    // Identity tables have no tenant policy, so better-auth may query them without a scope of Db.
    database: {
      db: new Kysely({ dialect: new PostgresDialect({ pool: options.db.pool }) }),
      type: "postgres",
      transaction: true,
    },
    logger: {
      level: "warn",
      log: (level, message) => {
        // Its messages name addresses; the counters and request logs say enough.
        if (level === "error") options.log.error({ part: "better-auth" }, message);
        else options.log.debug({ part: "better-auth" }, message);
      },
    },
    emailAndPassword: {
      enabled: true,
      // People come by set-up or invitation, see create-person.ts.
      disableSignUp: true,
    },
    // login-throttle.ts counts across processes and by address as well.
    rateLimit: { enabled: false },
    advanced: {
      // __Host-: browsers accept it from this host alone, so that no sibling domain can plant one. better-auth's own prefix
      // (useSecureCookies) is the weaker __Secure-.
      cookiePrefix: https ? "__Host-varsla" : "varsla",
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/", secure: https },
      database: { generateId: () => newId(options.clock.now()) },
      ipAddress: { ipAddressHeaders: [ipHeader] },
      // Only its server functions are called; server/api checks where a request comes from.
      disableCSRFCheck: true,
      disableOriginCheck: true,
    },
    user: {
      modelName: "users",
      fields: { emailVerified: "email_verified", createdAt: "created_at", updatedAt: "updated_at" },
    },
    session: {
      modelName: "sessions",
      expiresIn: sessionSeconds,
      updateAge: renewAfterSeconds,
      fields: {
        userId: "user_id",
        expiresAt: "expires_at",
        ipAddress: "ip_address",
        userAgent: "user_agent",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
    },
    account: {
      modelName: "accounts",
      fields: {
        userId: "user_id",
        accountId: "account_id",
        providerId: "provider_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
    },
    verification: {
      modelName: "verifications",
      storeIdentifier: "hashed",
      fields: { expiresAt: "expires_at", createdAt: "created_at", updatedAt: "updated_at" },
    },
  });
}

/** The header that carries the caller's address to better-auth; a value sent by a client is replaced. */
const ipHeader = "x-varsla-client-ip";

function webHeaders(visit: Visit): Headers {
  const headers = new Headers();
  for (const name of ["cookie", "user-agent"]) {
    const value = visit.headers[name];
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join("; ") : value);
  }
  headers.set(ipHeader, visit.ip);
  return headers;
}

function asUser(user: { id: string; name: string; email: string }): User {
  return { id: user.id, name: user.name, email: user.email };
}

/** better-auth's errors as Problems. An error that is not listed is a bug of ours. */
const refusals: Record<string, () => Problem> = {
  INVALID_EMAIL_OR_PASSWORD: () =>
    new Problem(401, "invalid_email_or_password", "The e-mail address or the password is wrong."),
  INVALID_EMAIL: () => new Problem(401, "invalid_email_or_password", "The e-mail address or the password is wrong."),
  UNAUTHORIZED: () => new Problem(401, "session_expired", "Your session has ended; sign in again."),
};

async function asProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = (error as { body?: { code?: string } }).body?.code;
    const refusal = code === undefined ? undefined : refusals[code];
    throw refusal ? refusal() : error;
  }
}
