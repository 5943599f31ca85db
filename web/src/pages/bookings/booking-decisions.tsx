import { useQuery } from "@tanstack/react-query";
import { MessageSquare } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import type { Decision } from "../../../../contract/decisions.ts";
import { query } from "../../api/queries.ts";
import { ChannelIcon, DecisionState, useDecisionReason, useRecipient } from "../../components/bookings/decision.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { MessageStatusBadge } from "../campaigns/message-status.tsx";
import { BookingWorkflows } from "./booking-workflows.tsx";

/** What workflows sent about a booking, did not send and why, and what is ahead. */
export function BookingDecisions({ booking }: { booking: BookingWithHistory }) {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const may = useMay();
  const { data, error, refetch } = useQuery(query("bookings", "decisions", { params: { id: booking.id } }));
  if (error && !data) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  const decisions = data?.items;
  return (
    <div className="flex flex-col gap-4">
      <Panel flush>
        {decisions === undefined ? (
          <div className="flex flex-col gap-3 p-4">
            <Skeleton />
            <Skeleton />
          </div>
        ) : decisions.length === 0 ? (
          <EmptyState icon={MessageSquare} title={t("noDecisions")}>
            {t("noDecisionsText")}
          </EmptyState>
        ) : (
          <ul aria-label={t("tabs.messages")}>
            {decisions.map((decision, index) => (
              <DecisionRow
                key={`${decision.workflow.id} ${decision.action} ${decision.to} ${decision.due_at} ${index}`}
                decision={decision}
                booking={booking}
              />
            ))}
          </ul>
        )}
      </Panel>
      {may("bookings:write") ? <BookingWorkflows booking={booking} decisions={decisions ?? []} /> : null}
    </div>
  );
}

function DecisionRow({ decision, booking }: { decision: Decision; booking: BookingWithHistory }) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  const may = useMay();
  const reason = useDecisionReason();
  const recipient = useRecipient()(decision);
  const { state } = decision;
  const at = new Date(state === "waiting" ? decision.due_at : (decision.decided_at ?? decision.due_at));
  const contact = contactOf(decision, booking);
  const conversation = contact && decision.message_id ? paths.contact(contact, { tab: "conversation" }) : null;
  return (
    <li className="flex gap-3 border-t border-line px-4 py-3 first:border-0">
      <ChannelIcon channel={decision.channel} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium break-words">{decision.workflow.name}</span>
          <DecisionState state={state} />
          {decision.message_status ? <MessageStatusBadge status={decision.message_status} /> : null}
        </p>
        <p className="text-soft">
          {t(`actions.${knownAction(decision)}`)}
          {recipient ? (
            <>
              {" · "}
              {contact && may("contacts:read") ? (
                <Link to={conversation ?? paths.contact(contact)}>{recipient}</Link>
              ) : (
                recipient
              )}
            </>
          ) : null}
        </p>
        {decision.reason ? <p>{reason(decision.reason)}</p> : null}
      </div>
      <span className="figures shrink-0 text-right text-sm text-soft">
        {format.dateTime(at, { day: "numeric", month: "short" })}
        <span className="block">{format.dateTime(at, { hour: "2-digit", minute: "2-digit" })}</span>
      </span>
    </li>
  );
}

const actions = ["send_sms", "send_email", "change_status", "set_contact", "webhook"] as const;

function knownAction({ action, channel }: Decision): (typeof actions)[number] {
  return actions.find((each) => each === action) ?? (channel === "email" ? "send_email" : "send_sms");
}

/** The contact that a decision is about, where it is one of the booking's people. */
function contactOf({ recipient, name, to }: Decision, { customer, attendees }: BookingWithHistory): string | null {
  if (recipient !== "customer" && recipient !== "attendee") return null;
  const people = customer ? [...attendees, customer] : attendees;
  const found =
    people.find((person) => to !== null && (person.mobile === to || person.email === to)) ??
    people.find((person) => name !== null && person.name === name);
  return found?.id ?? null;
}
