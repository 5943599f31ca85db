/**
 * What Twilio's published OpenAPI document (twilio-oai, twilio_api_v2010) says of the calls that a carrier makes: names, types,
 * limits and required parameters; and rules that only the reference states in words, which Twilio's servers enforce.
 */

export interface Violation {
  parameter: string;
  problem: string;
}

type Check = (value: string) => boolean;

const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value);
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    pattern.test(value);
const sid = (prefix: string) => matching(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`));
const text: Check = () => true;
const boolean = oneOf("true", "false");
const integer = matching(/^-?\d+$/);
const number = matching(/^-?\d+(\.\d+)?$/);
/** RFC 3339: `format: date-time`. */
const dateTime: Check = (value) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
const uri: Check = (value) => /^[a-z][a-z0-9+.-]*:\/\/[\x21-\x7e]+$/i.test(value) && URL.canParse(value);
const between =
  (least: number, most: number): Check =>
  (value) =>
    integer(value) && Number(value) >= least && Number(value) <= most;

interface Parameter {
  check: Check;
  /** May be given several times. */
  array?: true;
}

const createMessage: Record<string, Parameter> = {
  To: { check: text },
  StatusCallback: { check: uri },
  ApplicationSid: { check: sid("AP") },
  MaxPrice: { check: number },
  ProvideFeedback: { check: boolean },
  Attempt: { check: integer },
  ValidityPeriod: { check: integer },
  ForceDelivery: { check: boolean },
  ContentRetention: { check: oneOf("retain", "discard") },
  AddressRetention: { check: oneOf("retain", "obfuscate") },
  SmartEncoded: { check: boolean },
  PersistentAction: { check: text, array: true },
  TrafficType: { check: oneOf("free") },
  ShortenUrls: { check: boolean },
  ScheduleType: { check: oneOf("fixed") },
  SendAt: { check: dateTime },
  SendAsMms: { check: boolean },
  ContentVariables: { check: text },
  RiskCheck: { check: oneOf("enable", "disable") },
  From: { check: text },
  FallbackFrom: { check: text },
  MessagingServiceSid: { check: sid("MG") },
  Body: { check: text },
  MediaUrl: { check: uri, array: true },
  ContentSid: { check: sid("HX") },
};

const listMessage: Record<string, Parameter> = {
  To: { check: text },
  From: { check: text },
  DateSent: { check: dateTime },
  "DateSent<": { check: dateTime },
  "DateSent>": { check: dateTime },
  PageSize: { check: between(1, 1_000) },
  Page: { check: between(0, Number.MAX_SAFE_INTEGER) },
  PageToken: { check: text },
};

export type OperationName = "CreateMessage" | "ListMessage" | "FetchAccount";

const operations: Record<OperationName, { parameters: Record<string, Parameter>; required: string[] }> = {
  CreateMessage: { parameters: createMessage, required: ["To"] },
  ListMessage: { parameters: listMessage, required: [] },
  FetchAccount: { parameters: {}, required: [] },
};

/** The parameters that the document does not allow. */
export function violationsOf(operation: OperationName, given: URLSearchParams): Violation[] {
  const { parameters, required } = operations[operation];
  const found: Violation[] = [];
  for (const [name, values] of Map.groupBy(given, ([each]) => each)) {
    const parameter = parameters[name];
    if (!parameter) found.push({ parameter: name, problem: "is not in the document" });
    else if (values.length > 1 && !parameter.array) found.push({ parameter: name, problem: "is there twice" });
    for (const [, value] of values)
      if (parameter && !parameter.check(value))
        found.push({ parameter: name, problem: `cannot be ${JSON.stringify(value)}` });
  }
  for (const name of required) if (!given.has(name)) found.push({ parameter: name, problem: "is missing" });
  if (operation === "CreateMessage") found.push(...rulesInWords(given));
  return found;
}

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
function rulesInWords(given: URLSearchParams): Violation[] {
  const found: Violation[] = [];
  const has = (name: string) => (given.get(name) ?? "") !== "";
  const refuse = (parameter: string, problem: string) => found.push({ parameter, problem });
  if (!/^\+[1-9]\d{6,14}$/.test(given.get("To") ?? "")) refuse("To", "is not E.164");
  if (!has("From") && !has("MessagingServiceSid")) refuse("From", "is missing, and MessagingServiceSid too");
  if (has("From") && !/^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$/.test(given.get("From") ?? ""))
    refuse("From", "is no sender");
  if (!has("Body") && !has("MediaUrl") && !has("ContentSid")) refuse("Body", "is missing");
  if ((given.get("Body") ?? "").length > 1_600) refuse("Body", "is longer than 1,600 characters");
  const validity = given.get("ValidityPeriod");
  if (validity !== null && !between(1, 36_000)(validity)) refuse("ValidityPeriod", "is not between 1 and 36,000");
  const callback = given.get("StatusCallback");
  if (callback !== null && new URL(callback).hostname.includes("_"))
    refuse("StatusCallback", "has an underscore in it");
  return found;
}
