import type { accounts, authentication } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { forbidden, notFound, Problem } from "../kit/errors.ts";
import type { Handlers, User } from "../kit/http.ts";
import { newId } from "../kit/id.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { Mailer } from "../kit/mail.ts";
import type { Seed } from "../workspaces/create-workspace.ts";
import { hasWorkspace } from "../workspaces/workspace.ts";
import { type MailPasswordReset, mailPasswordResetJob } from "./account-jobs.ts";
import { endOtherSessions, endSession, listSessions } from "./account-sessions.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { renamePerson } from "./create-person.ts";
import { createDevices, type Devices } from "./device-cookie.ts";
import type { Identity, Visit } from "./identity.ts";
import { acceptInvitation, findInvitation } from "./invitations.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { describeSession } from "./members.ts";
import { changePassword, resetPassword } from "./passwords.ts";
import { recordRefusedSignIn } from "./refused-sign-in.ts";
import { isSameToken, setUpToken } from "./set-up-token.ts";
import { alreadySetUp, setUp } from "./set-up.ts";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  mailer: Mailer;
  config: Pick<Config, "outbound_smtp_url" | "public_url" | "secret_key">;
  log: Pick<Logger, "info">;
  identity: Identity;
  loginThrottle: LoginThrottle;
  seed: Seed;
  version: string;
  linkOrigin: string;
}

export function accountsRoutes(services: Services): Handlers<typeof accounts> {
  const { db, clock, config, identity, loginThrottle } = services;
  const open = opener(services);
  return {
    async installation() {
      return {
        needs_setup: !(await db.asSystem(hasWorkspace)),
        version: services.version,
        mail: config.outbound_smtp_url ? "relay" : "sandbox",
      };
    },

    async setup(call) {
      const { token, ...input } = call.body;
      if (await db.asSystem(hasWorkspace)) throw alreadySetUp();
      // Only wrong tokens are counted: a page that guesses through the operator's browser must not lock the operator out.
      if (!isSameToken(await setUpToken(db, config.secret_key), token)) {
        await loginThrottle.count("set_up", "", { ip: call.ip }, clock.now());
        const where = "Open the link that the terminal showed when the server started.";
        throw forbidden("wrong_setup_token", `Setting up needs a token. ${where}`, { field: "token" });
      }
      const { user, workspace } = await setUp(services, input, clock.now());
      const { email, password } = input.admin;
      await open(call, { email, password });
      return describeSession(db, user, workspace.workspace_id, services.linkOrigin);
    },

    async session(call) {
      const asked = call.headers["x-workspace"];
      const workspaceId = typeof asked === "string" && asked !== "" ? asked : undefined;
      return describeSession(db, signedIn(call), workspaceId, services.linkOrigin);
    },

    async updateAccount(call) {
      const before = signedIn(call);
      const at = clock.now();
      return db.asSystem(async (tx) => {
        const after = await renamePerson(tx, before.id, call.body.name, at);
        // The event shows the name that the person had when they changed it.
        await recordAboutPerson(tx, before, "person.updated", {
          at,
          before: { name: before.name },
          after: { name: after.name },
        });
        return after;
      });
    },

    async sessions(call) {
      const { id } = signedIn(call);
      const current = await sessionIdOf(identity, call);
      const items = await db.asSystem((tx) => listSessions(tx, id, current));
      return { items, next_cursor: null };
    },

    async endSessions(call) {
      const user = signedIn(call);
      const { id } = call.query;
      const current = await sessionIdOf(identity, call);
      await db.asSystem(async (tx) => {
        if (!id) await endOtherSessions(tx, user.id, current);
        else if (!(await endSession(tx, user.id, id))) throw notFound("session", id);
        await recordAboutPerson(tx, user, "session.ended", { at: clock.now() });
      });
    },

    async invitation(call) {
      const { token } = call.params;
      return countWrongTokens(services, call.ip, () => db.asSystem((tx) => findInvitation(tx, token, clock.now())));
    },

    async acceptInvitation(call) {
      const { token } = call.params;
      const at = clock.now();
      const { email, has_account } = await countWrongTokens(services, call.ip, () =>
        db.asSystem((tx) => findInvitation(tx, token, at)),
      );
      // The holder of the link can guess the account's password here, so attempts are limited as at the sign-in page.
      const from = { ip: call.ip, device: await open.devices.find(call.headers, email, at) };
      if (has_account) await loginThrottle.count("sign_in", email, from, at);
      const { user, workspaceId } = await acceptInvitation(services, token, call.body, at);
      if (has_account) await loginThrottle.recordSuccess("sign_in", email, from);
      await open(call, { email, password: call.body.password });
      return describeSession(db, user, workspaceId, services.linkOrigin);
    },
  };
}

export function authenticationRoutes(services: Services): Handlers<typeof authentication> {
  const { db, clock, jobs, identity, loginThrottle } = services;
  const open = opener(services);
  return {
    async signIn(call) {
      const { email, password, rememberMe: remember } = call.body;
      const at = clock.now();
      const from = { ip: call.ip, device: await open.devices.find(call.headers, email, at) };
      await loginThrottle.count("sign_in", email, from, at);
      const user = await open(call, { email, password, remember }).catch(async (error: unknown) => {
        if (isWrongPassword(error)) await recordRefusedSignIn(services, email, { ip: call.ip, at });
        throw error;
      });
      await loginThrottle.recordSuccess("sign_in", email, from);
      return { user };
    },

    async signOut(call) {
      const session = await identity.findSession(call);
      // The session ends together with its audit event or not at all; better-auth only clears the cookies.
      if (session.state === "open")
        await db.asSystem(async (tx) => {
          if (await endSession(tx, session.user.id, session.sessionId))
            await recordAboutPerson(tx, session.user, "session.ended", { at: clock.now() });
        });
      call.setHeader("set-cookie", await identity.signOut(call));
      return { success: true };
    },

    async requestPasswordReset(call) {
      const { email } = call.body;
      const at = clock.now();
      const from = { ip: call.ip, device: await open.devices.find(call.headers, email, at) };
      await loginThrottle.count("password_reset", email, from, at);
      // The job looks the address up, so that the response takes as long for an unknown address. Several requests that wait
      // share one job.
      const payload: MailPasswordReset = { email, ip: call.ip, request_id: newId(at) };
      const key = `${mailPasswordResetJob} ${email.toLowerCase()}`;
      await db.asSystem((tx) => jobs.add(tx, mailPasswordResetJob, payload, { key, maxAttempts: 5 }));
      return { status: true };
    },

    async resetPassword(call) {
      const { token, newPassword } = call.body;
      const user = await countWrongTokens(services, call.ip, () => resetPassword(services, token, newPassword));
      // The reader of the person's mail may sign in even while guesses at the account are throttled.
      call.setHeader("set-cookie", await open.devices.grant(call.headers, user.id, clock.now()));
      return { status: true };
    },

    async changePassword(call) {
      const user = signedIn(call);
      const { currentPassword: current, newPassword: next } = call.body;
      // Counted by person alone: guesses at the sign-in page must not block the person here.
      await loginThrottle.count("change_password", user.id, { ip: call.ip }, clock.now());
      const session = await identity.findSession(call);
      await changePassword(services, user, { current, next });
      await loginThrottle.recordSuccess("change_password", user.id, { ip: call.ip });
      const remember = session.state !== "open" || session.remembered;
      await open(call, { email: user.email, password: next, remember });
      return { status: true };
    },
  };
}

type SignInCall = Visit & { setHeader(name: string, value: string[]): void };
type Opener = {
  (call: SignInCall, input: { email: string; password: string; remember?: boolean }): Promise<User>;
  devices: Devices;
};

/** Opens sessions, and gives the browser a device cookie. */
function opener(services: Services): Opener {
  const { db, clock, identity } = services;
  const devices = createDevices(services);
  const open = async (call: SignInCall, input: { email: string; password: string; remember?: boolean }) => {
    const { user, cookies } = await identity.signIn(call, input);
    const at = clock.now();
    // When the audit event cannot be written, the session's cookie is not sent.
    await db.asSystem((tx) => recordAboutPerson(tx, user, "session.opened", { at }));
    call.setHeader("set-cookie", [...cookies, ...(await devices.grant(call.headers, user.id, at))]);
    return user;
  };
  return Object.assign(open, { devices });
}

/** Counts wrong tokens. Right ones are accepted even when the limit of wrong ones from the same network is reached. */
async function countWrongTokens<T>(services: Services, ip: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.field === "token") {
      await services.loginThrottle.count("token", "", { ip }, services.clock.now());
    }
    throw error;
  }
}

async function sessionIdOf(identity: Identity, visit: Visit): Promise<string> {
  const session = await identity.findSession(visit);
  if (session.state !== "open") throw new Problem(401, "session_expired", "Your session has ended; sign in again.");
  return session.sessionId;
}
const isWrongPassword = (error: unknown) => error instanceof Problem && error.code === "invalid_email_or_password";

function signedIn(call: { user: User | null }): User {
  if (!call.user) throw new Problem(401, "unauthenticated", "Sign in first.");
  return call.user;
}
