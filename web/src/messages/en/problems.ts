export const problems = {
  unexpected: "Something unexpected happened. What you typed is still here; please try again.",
  server_error: "The server had a fault of its own. What you typed is still here; please try again in a moment.",
  offline: "The server did not answer. What you typed is still here; check the connection and try again.",
  unauthenticated: "You have been signed out. Sign in again to go on.",
  forbidden: "Your role does not allow this.",
  not_found: "It does not exist any more.",
  too_many_requests: "That was a lot at once. Wait a moment and try again.",
  invalid_email_or_password: "The e-mail address or the password is not right.",
  invalid_token: "This link has been used or has expired. Ask for a new one.",
  last_super_admin: "A workspace needs at least one super admin.",
} as const;
