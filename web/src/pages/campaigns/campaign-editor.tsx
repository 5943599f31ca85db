import { ArrowRight, Check, CloudOff, Ellipsis, LoaderCircle, Pencil, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import type { SubscriptionType } from "../../../../contract/consent.ts";
import type { Sender } from "../../../../contract/senders.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { Composer, type ComposerHandle } from "../../components/composer/composer.tsx";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { SandboxNotice } from "../../components/sandbox.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { useMay, useSession, useWorkspace } from "../../lib/session.ts";
import { shownOptOutText } from "../../lib/shown-opt-out-text.ts";
import { paths } from "../../paths.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { LeaveGuard } from "../../ui/form.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { AudienceField } from "./audience-field.tsx";
import type { AutosaveStatus } from "./autosave.ts";
import { Conflict } from "./bound-draft.ts";
import { CampaignError } from "./campaign-error.tsx";
import { isUnsent } from "./campaign-status.tsx";
import { ConflictNotice, GoneNotice } from "./conflict-notice.tsx";
import { DeleteCampaignDialog } from "./delete-campaign-dialog.tsx";
import { useExplainCampaign } from "./findings.ts";
import { OtherEditors } from "./other-editors.tsx";
import { type Draft, SaveBeforeLeaving, useAutosave } from "./use-autosave.ts";

/** Edits a campaign that was not sent: name, text, sender and audience. Every change is saved automatically. */
export function CampaignEditor({
  campaign,
  senders,
  types,
}: {
  campaign: Campaign;
  senders: readonly Sender[];
  types: readonly SubscriptionType[];
}) {
  const t = useTranslations("campaigns");
  const explain = useExplainCampaign();
  const go = useGo();
  const [{ field }] = useFilters({ field: "" });
  const workspace = useWorkspace();
  const { link_origin } = useSession();
  const mayWrite = useMay()("campaigns:write");
  const fieldsOf = (of: Campaign) => readDraft(of, senders);
  const [draft, setDraft] = useState<Draft>(() => fieldsOf(campaign));
  const { autosave, status, bound } = useAutosave(campaign, fieldsOf);
  const [deleting, setDeleting] = useState(false);
  const deleted = useRef(false);
  const [leaving, setLeaving] = useState(false);
  const composer = useRef<ComposerHandle>(null);
  const page = useRef<HTMLDivElement>(null);

  const change = (changes: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    // An empty name is not sent, since it would be refused: the field shows it, and the next name is saved.
    if (changes.name === undefined || changes.name.trim() !== "") autosave.change(changes);
  };
  const theirs =
    status.error instanceof Conflict
      ? status.error.theirs
      : // While a change is on its way, what is newer may be that change.
        !autosave.isDirty() && bound.isNewer(campaign)
        ? campaign
        : null;
  const takeTheirs = (of: Campaign) => {
    bound.know(of);
    autosave.discard();
    setDraft(fieldsOf(of));
  };
  const keepMine = (of: Campaign) => {
    bound.know(of);
    setDraft({ ...fieldsOf(of), ...autosave.unsaved() });
    void autosave.retry();
  };
  const errorAt = (field: keyof Draft) => {
    if (field === "name" && draft.name.trim() === "") return t("nameMissing");
    const error = status.fieldErrors[field];
    return error === undefined ? null : explain(error);
  };
  const review = async () => {
    setLeaving(true);
    await autosave.flush();
    setLeaving(false);
    if (!autosave.isDirty() && draft.name.trim() !== "") go(paths.campaignReview(campaign.id));
    else page.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  };

  // The review's findings link here, each naming its field in the URL.
  useEffect(() => {
    if (field === "text" || field === "opt_out_text") composer.current?.focus();
    else if (field !== "") {
      page.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"] :is(input, select)`)?.focus();
    }
  }, [field]);

  const sender = senders.find((one) => one.id === draft.sender) ?? senders.find((one) => one.is_default);
  const senderLabel = (one: Sender) =>
    `${formatPhoneNumber(one.address, workspace.country)}${one.is_default ? ` (${t("defaultSender")})` : ""}`;

  return (
    <div ref={page}>
      <DocumentTitle>{draft.name.trim() || t("unnamed")}</DocumentTitle>
      <PageHeader
        title={draft.name.trim() || t("unnamed")}
        above={<Link to={paths.campaigns()}>{t("title")}</Link>}
        status={
          <>
            <SaveStatus status={status} />
            {mayWrite ? <OtherEditors campaignId={campaign.id} /> : null}
          </>
        }
        action={
          mayWrite ? (
            <>
              <Menu
                trigger={
                  <IconButton label={t("moreActions")}>
                    <Ellipsis aria-hidden />
                  </IconButton>
                }
              >
                <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setDeleting(true)}>
                  {t("deleteDraft")}
                </MenuItem>
              </Menu>
              <Button kind="primary" busy={leaving} onClick={() => void review()}>
                {t("toReview")}
                <ArrowRight aria-hidden />
              </Button>
            </>
          ) : null
        }
      />
      {isUnsent(campaign.status) ? null : <GoneNotice campaign={campaign} />}
      <SandboxNotice sender={draft.sender} />
      <CampaignError campaign={campaign} />
      <div className="flex flex-col gap-5">
        {theirs ? (
          <ConflictNotice
            theirs={theirs}
            unsaved={autosave.unsaved()}
            onTheirs={() => takeTheirs(theirs)}
            onMine={() => keepMine(theirs)}
          />
        ) : status.state === "failed" && status.error !== null ? (
          <Notice tone="bad" action={<Button onClick={() => void autosave.retry()}>{t("saveAgain")}</Button>}>
            {t("notSaved", { reason: explain(status.error) })}
          </Notice>
        ) : null}
        <Panel title={t("message")}>
          <div className="flex flex-col gap-5">
            <div data-field="name" className="max-w-xl">
              <TextField
                label={t("name")}
                hint={t("nameHint")}
                value={draft.name}
                onChange={(name) => change({ name })}
                error={errorAt("name")}
                maxLength={200}
                readOnly={!mayWrite}
              />
            </div>
            <Composer
              ref={composer}
              value={draft.text}
              onChange={(text) => change({ text })}
              sender={{
                label: sender ? formatPhoneNumber(sender.address, workspace.country) : t("noSender"),
                address: sender?.address,
              }}
              senderRef={draft.sender}
              name={draft.name}
              links={{ shorten: draft.links.shorten, onChange: (shorten) => change({ links: { shorten } }) }}
              error={errorAt("text") ?? errorAt("links")}
              readOnly={!mayWrite}
              optOut={{
                text: shownOptOutText(workspace, sender?.address, link_origin),
                included: draft.opt_out_text,
                onChange: (included) => change({ opt_out_text: included }),
              }}
            />
          </div>
        </Panel>
        <Panel title={t("whoAndHow")}>
          <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
            <div data-field="include">
              <AudienceField
                label={t("sendTo")}
                hint={t("sendToHint")}
                value={draft.include}
                onChange={(include) => change({ include })}
                error={errorAt("include")}
              />
            </div>
            <div data-field="exclude">
              <AudienceField
                label={t("dontSendTo")}
                hint={t("dontSendToHint")}
                value={draft.exclude}
                onChange={(exclude) => change({ exclude })}
                error={errorAt("exclude")}
                optional
              />
            </div>
            <div data-field="sender">
              <SelectField
                label={t("sender")}
                hint={sender && !sender.can_receive ? t("senderCannotReceive") : t("senderHint")}
                value={draft.sender ?? ""}
                onChange={(value) => change({ sender: value || null })}
                error={errorAt("sender")}
                disabled={!mayWrite}
                options={[
                  ...(draft.sender === null ? [{ value: "", label: t("usualSender") }] : []),
                  ...senders.map((one) => ({ value: one.id, label: senderLabel(one) })),
                ]}
              />
            </div>
            <div data-field="subscription_type">
              <SelectField
                label={t("subscriptionType")}
                hint={t("subscriptionTypeHint")}
                value={draft.subscription_type ?? ""}
                onChange={(value) => change({ subscription_type: value || null })}
                error={errorAt("subscription_type")}
                disabled={!mayWrite}
                options={[
                  ...(draft.subscription_type === null ? [{ value: "", label: t("chooseType") }] : []),
                  ...types
                    .filter((type) => type.needs_consent || type.id === draft.subscription_type)
                    .map((type) => ({ value: type.id, label: type.name })),
                ]}
              />
            </div>
          </div>
        </Panel>
      </div>
      {deleting ? (
        <DeleteCampaignDialog
          campaign={{ id: campaign.id, name: draft.name.trim() || campaign.name }}
          onClose={() => setDeleting(false)}
          onDelete={() => {
            // The deleted campaign must not be saved again.
            deleted.current = true;
            autosave.stop();
          }}
        />
      ) : null}
      <SaveBeforeLeaving autosave={autosave} isGone={() => deleted.current} />
      <LeaveGuard isDirty={() => !deleted.current && (autosave.isDirty() || draft.name.trim() === "")} />
    </div>
  );
}

function readDraft(campaign: Campaign, senders: readonly Sender[]): Draft {
  const { name, text, include, exclude, opt_out_text, links } = campaign;
  return {
    name,
    text,
    include,
    exclude,
    opt_out_text,
    links,
    sender: senders.find((one) => one.address === campaign.sender || one.id === campaign.sender)?.id ?? null,
    subscription_type: campaign.subscription_type?.id ?? null,
  };
}

const saveIcons = { saved: Check, saving: LoaderCircle, failed: CloudOff, unfinished: Pencil };

/** Whether all changes have reached the server. */
function SaveStatus({ status }: { status: AutosaveStatus }) {
  const t = useTranslations("campaigns.save");
  // Debounced, or it would flicker while typing, and screen readers would announce it at every key.
  const state = useDebounced(status.state, 300);
  const Icon = saveIcons[state];
  return (
    <span
      role="status"
      className={`inline-flex items-center gap-1.5 text-sm ${state === "failed" ? "text-bad-ink" : "text-faint"}`}
    >
      <Icon className={`size-4 ${state === "saving" ? "animate-spin" : ""}`} aria-hidden />
      {t(state)}
    </span>
  );
}
