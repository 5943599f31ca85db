/** The short links of an installation for tests: `https://sms.test/l/<code>`. */
import { createShortLinks } from "../server/links/short-links.ts";
import { testSecretKey } from "./seal.ts";

export const shortLinks = createShortLinks({
  public_url: "https://sms.test",
  link_domain: "sms.test",
  secret_key: testSecretKey,
});
