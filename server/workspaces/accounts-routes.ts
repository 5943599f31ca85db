import type { accounts, authentication } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { Handlers, User } from "../kit/http.ts";
import type { Jobs } from "../kit/jobs.ts";
import { type MailPasswordReset, mailPasswordResetJob } from "./account-jobs.ts";
import type { Attempts } from "./attempts.ts";
import type { Seed } from "./create-workspace.ts";
import type { Identity } from "./identity.ts";
import { acceptInvitation, findInvitation } from "./invitations.ts";
import { describeSession } from "./members.ts";
import { setUp } from "./set-up.ts";
import { hasWorkspace } from "./workspace.ts";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  config: Pick<Config, "outbound_smtp_url">;
  identity: Identity;
  attempts: Attempts;
  seed: Seed;
  version: string;
}

export function accountsRoutes(services: Services): Handlers<typeof accounts> {
  const { db, clock, config, identity, attempts } = services;
  return {
    async installation() {
      return {
        needs_setup: !(await db.asSystem(hasWorkspace)),
        version: services.version,
        mail: config.outbound_smtp_url ? "relay" : "sandbox",
      };
    },

    async setup(call) {
      const { user, workspace } = await setUp(services, call.body, clock.now());
      const { email, password } = call.body.admin;
      const { cookies } = await identity.signIn(call, { email, password });
      call.setHeader("set-cookie", cookies);
      return describeSession(db, user, workspace.workspace_id);
    },

    async session(call) {
      const asked = call.headers["x-workspace"];
      const workspaceId = typeof asked === "string" && asked !== "" ? asked : undefined;
      return describeSession(db, signedIn(call), workspaceId);
    },

    async invitation(call) {
      const at = clock.now();
      await attempts.count("token", call.params.token, call.ip, at);
      const found = await db.asSystem((tx) => findInvitation(tx, call.params.token, at));
      await attempts.forgive("token", call.params.token, call.ip);
      return found;
    },

    async acceptInvitation(call) {
      const { token } = call.params;
      await attempts.count("token", token, call.ip, clock.now());
      const { user, workspaceId } = await acceptInvitation(services, token, call.body, clock.now());
      await attempts.forgive("token", token, call.ip);
      const { cookies } = await identity.signIn(call, { email: user.email, password: call.body.password });
      call.setHeader("set-cookie", cookies);
      return describeSession(db, user, workspaceId);
    },
  };
}

export function authenticationRoutes(services: Services): Handlers<typeof authentication> {
  const { db, clock, jobs, identity, attempts } = services;
  return {
    async signIn(call) {
      const { email, password, rememberMe } = call.body;
      await attempts.count("sign_in", email, call.ip, clock.now());
      const { user, cookies } = await identity.signIn(call, { email, password, remember: rememberMe });
      await attempts.forgive("sign_in", email, call.ip);
      call.setHeader("set-cookie", cookies);
      return { user };
    },

    async signOut(call) {
      call.setHeader("set-cookie", await identity.signOut(call));
      return { success: true };
    },

    async requestPasswordReset(call) {
      const { email } = call.body;
      await attempts.count("password_reset", email, call.ip, clock.now());
      // The job looks the address up, so that the answer takes as long for an address that nobody has.
      const payload: MailPasswordReset = { email };
      await db.asSystem((tx) => jobs.add(tx, mailPasswordResetJob, payload, { maxAttempts: 5 }));
      return { status: true };
    },

    async resetPassword(call) {
      const { token, newPassword } = call.body;
      await attempts.count("token", token, call.ip, clock.now());
      await identity.resetPassword(token, newPassword);
      await attempts.forgive("token", token, call.ip);
      return { status: true };
    },

    async changePassword(call) {
      const user = signedIn(call);
      const { currentPassword: current, newPassword: next } = call.body;
      await attempts.count("sign_in", user.email, call.ip, clock.now());
      const cookies = await identity.changePassword(call, { current, next });
      await attempts.forgive("sign_in", user.email, call.ip);
      call.setHeader("set-cookie", cookies);
      return { status: true };
    },
  };
}

function signedIn(call: { user: User | null }): User {
  if (!call.user) throw new Problem(401, "unauthenticated", "Sign in first.");
  return call.user;
}
