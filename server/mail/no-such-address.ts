/**
 * Whether a status (RFC 3463) says that an address does not exist or takes no mails any more. All other refusals are about the mail or its
 * sender (too large, taken for spam, a full mailbox, 5.1.7 and 5.1.8: the sender's address), and the next mail may arrive.
 */
export const saysNoSuchAddress = (status: string): boolean =>
  /^5\.(?:0\.0|1\.(?:0|1|2|3|6|10)|2\.1|4\.4)$/.test(status);
