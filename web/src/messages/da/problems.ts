import type { problems as en } from "../en/problems.ts";
import type { Translation } from "../languages.ts";

export const problems: Translation<typeof en> = {
  unexpected: "Der skete noget uventet. Det, du skrev, står her stadig. Prøv igen.",
  server_error: "Der opstod en fejl på serveren. Det, du skrev, står her stadig. Prøv igen om lidt.",
  offline: "Serveren svarede ikke. Det, du skrev, står her stadig. Tjek forbindelsen, og prøv igen.",
  unauthenticated: "Du er blevet logget ud. Log ind igen for at fortsætte.",
  forbidden: "Din rolle giver ikke lov til dette.",
  not_found: "Det findes ikke længere.",
  too_many_requests: "Det blev lidt for meget på én gang. Vent et øjeblik, og prøv igen.",
  invalid_email_or_password: "E-mailadressen eller adgangskoden er forkert.",
  invalid_token: "Linket er brugt eller udløbet. Bed om et nyt.",
  last_super_admin: "Et arbejdsområde skal have mindst én superadministrator.",
};
