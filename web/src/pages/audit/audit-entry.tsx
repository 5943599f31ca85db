import { useFormatter, useTranslations } from "use-intl";
import type { AuditEvent } from "../../../../contract/audit.ts";
import { Link } from "../../components/link.tsx";
import { paths } from "../../paths.ts";

/** One event: a sentence, when and from where, and the changed values with the previous ones. */
export function AuditEntry({ event }: { event: AuditEvent }) {
  const t = useTranslations("audit");
  const format = useFormatter();
  const who = useActorName(event.actor);
  const { target, ip } = event;
  const sentence = t(`sentences.${event.action}`, { who, what: target?.name ?? target?.id ?? "" });
  const contact = target?.type === "contact" && event.action !== "contact.erased" ? target.id : null;
  return (
    <li className="px-4 py-3">
      <p className="font-medium break-words">{sentence}</p>
      <p className="figures mt-0.5 flex flex-wrap gap-x-3 gap-y-0.5 text-sm text-faint">
        <time dateTime={event.at}>
          {format.dateTime(new Date(event.at), { dateStyle: "medium", timeStyle: "medium" })}
        </time>
        {ip ? <span className="break-all">{t("address", { ip })}</span> : null}
        {contact ? <Link to={paths.contact(contact)}>{t("openContact")}</Link> : null}
      </p>
      <Changes before={event.before} after={event.after} />
    </li>
  );
}

function useActorName({ type, name, maker }: AuditEvent["actor"]): string {
  const t = useTranslations("audit");
  if (type === "system") return t("program");
  if (type === "anonymous") return t("somebody");
  if (type === "person") return name;
  return maker ? t("byKey", { name, maker: maker.name }) : t("byOwnKey", { name });
}

/** Fields are shown under the names that the API has for them. */
function Changes({ before, after }: Pick<AuditEvent, "before" | "after">) {
  const t = useTranslations("audit");
  const format = useFormatter();
  const instant = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (fields.length === 0) return null;
  const columns = [
    { key: "before", label: t("before"), values: before },
    { key: "after", label: t("after"), values: after },
  ].filter(({ values }) => values !== null);
  return (
    <table className="mt-2 w-full max-w-3xl table-fixed text-left text-sm">
      <caption className="sr-only">{t("changes")}</caption>
      <thead>
        <tr className="text-faint">
          <th scope="col" className="w-1/3 pr-3 font-normal sm:w-1/4">
            {t("field")}
          </th>
          {columns.map(({ key, label }) => (
            <th key={key} scope="col" className="pr-3 font-normal">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field} className="align-top">
            <th scope="row" className="py-0.5 pr-3 font-mono font-normal break-words text-soft">
              {field}
            </th>
            {columns.map(({ key, values }) => (
              <td key={key} className="py-0.5 pr-3 break-words">
                {shown(values?.[field], instant) || <span className="text-faint">{t("nothing")}</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A value as the API returns it; strings without their quotes, lists with commas, instants in the reader's time zone. */
function shown(value: unknown, instant: (at: string) => string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? instant(value) : value;
  if (Array.isArray(value)) return value.map((each) => shown(each, instant)).join(", ");
  return JSON.stringify(value);
}
