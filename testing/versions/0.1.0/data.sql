create table if not exists messages_2026_11 partition of messages FOR VALUES FROM ('01a19467-e800-7000-8000-000000000000') TO ('01a22ee6-b000-7000-8000-000000000000');
create table if not exists messages_2026_12 partition of messages FOR VALUES FROM ('01a22ee6-b000-7000-8000-000000000000') TO ('01a2ce8b-d400-7000-8000-000000000000');
create table if not exists messages_2027_01 partition of messages FOR VALUES FROM ('01a2ce8b-d400-7000-8000-000000000000') TO ('01a36e30-f800-7000-8000-000000000000');
create table if not exists messages_2027_02 partition of messages FOR VALUES FROM ('01a36e30-f800-7000-8000-000000000000') TO ('01a3fe63-0800-7000-8000-000000000000');
copy accounts (id, user_id, account_id, provider_id, password, access_token, refresh_token, id_token, access_token_expires_at, refresh_token_expires_at, scope, created_at, updated_at) from stdin;
01a22453-e916-7408-8be9-4dc793f99f2d	01a22453-e916-73a1-8fee-6a569f0736bf	01a22453-e916-73a1-8fee-6a569f0736bf	credential	cdc9c0ff072f513d8dc432fd55d09601:852b609a5cd15312a7a70f6712d1044fe19490a8c3910dbf469e77e31f28467da5486904d29e621347571a3c94b589f2f334791b6a18010a41f9056f53623398	\N	\N	\N	\N	\N	\N	2026-11-28 22:43:28.662+00	2026-11-28 22:43:28.662+00
01a22453-f30a-78ac-b6ea-95eb625e630f	01a22453-f30a-757d-94f4-7d39ff235ecd	01a22453-f30a-757d-94f4-7d39ff235ecd	credential	f4d604946c62b9d07979fc4b8c50a942:6b131347717b1c4e9f6a777636c1374e84f460523d86e645fe18b5a33c8e304c4ede99b75f6f0131f23a87130a0c8d8a2223e92ee671273f918ff142be9f7620	\N	\N	\N	\N	\N	\N	2026-11-28 22:43:31.21+00	2026-11-28 22:43:31.21+00
\.
copy api_keys (workspace_id, id, name, prefix, key_hash, role, scopes, created_at, last_used_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-e916-74d5-a678-f1a395c41c59	API_KEY	a-key-fo	uEe_SE5GCfqVUkzuBPS5NYHa7MyfVxjbLikvr_WNy7c	super_admin	{workspace:read,workspace:write,people:read,people:write,api-keys:write,subscription:read,subscription:write,contacts:read,contacts:write,consent:read,consent:write,messages:read,messages:send,campaigns:read,campaigns:write,campaigns:send,senders:read,sms-setup:write,sandbox:use}	2026-11-28 22:43:28.662+00	2026-11-28 22:43:30.897+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f1e1-73fe-85b9-b362ed88c868	Kasse	vk_RuyRC	PvKX3M5r327tm-Fb8fh54uQbjRzdgqek3sv-hud1MFc	super_admin	{messages:send}	2026-11-28 22:43:30.913+00	\N
\.
copy attempts (key, count, window_ends) from stdin;
6-b70UIGCsGl5dsQ2a-paCbklGYkCeUH9PaQvxnKi08	0	2026-11-28 23:43:31.177+00
6NVU68QqGR5fFmzM-I3OokeOhhIp-JS1KjVMrbrS8xM	0	2026-11-28 22:58:29.94+00
b7faPlY5KHRQ4Ee5cYC3KGUEbyUGlBuHUbHkZV2mpQ4	0	2026-11-28 22:58:31.177+00
eFnvRZ0YOJ-JDP765tFb7X4fLp20nmqEzFL4PwVOwio	0	2026-11-28 23:43:29.94+00
\.
copy campaigns (workspace_id, id, name, status, text, sender_id, subscription_type_id, include, exclude, opt_out_text, created_by, created_by_name, error, created_at, updated_at, sent_at, sent_opt_out_text, period_start, planned, skipped, reserved, prepared_to, prepared_at, progress_at, finished_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f7a9-7520-a43b-d68090b6f3bd	Høst	sent	Hei {{ contact.first_name }} 🎉	01a22453-ea26-7d28-9521-1f67a54fea63	01a22453-ea0c-71af-a4f8-07275b83213e	{"lists": ["01a22453-f525-7121-a67f-7e060708bff3"], "contacts": ["01a22453-f658-771d-b77b-d70772824b29"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:43:32.393+00	2026-11-28 22:43:33.834+00	2026-11-28 22:43:32.622+00	Reply STOP to opt out	2026-10-31 23:00:00+00	12	1	0	01a22453-f658-771d-b77b-d70772824b29	2026-11-28 22:43:32.868+00	2026-11-28 22:43:32.868+00	2026-11-28 22:43:33.834+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fd81-7048-8186-a91cd925f5dd	Utkast	draft	Kladd	\N	01a22453-ea0c-71af-a4f8-07275b83213e	{"lists": [], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:43:33.889+00	2026-11-28 22:43:33.889+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fffe-7d55-a810-2ccd4bbe201a	For stor	draft	Hei {{ contact.first_name }} 🎉	\N	01a22453-ea0c-71af-a4f8-07275b83213e	{"lists": ["01a22453-f525-7121-a67f-7e060708bff3"], "contacts": ["01a22453-f658-771d-b77b-d70772824b29"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:43:34.526+00	2026-11-28 22:43:34.526+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-0186-728f-b5d4-3722beefd380	Jul	preparing	God jul!	01a22453-ea26-7d28-9521-1f67a54fea63	01a22453-ea0c-71af-a4f8-07275b83213e	{"lists": ["01a22453-f525-7121-a67f-7e060708bff3"], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:43:34.918+00	2026-11-28 22:43:35.02+00	2026-11-28 22:43:35.02+00	Reply STOP to opt out	\N	\N	0	0	\N	\N	2026-11-28 22:43:35.02+00	\N
\.
copy consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at, recorded_at, recorded_by) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000001	01a22453-f541-7043-818c-68f100000001	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000002	01a22453-f541-7043-818c-68f100000002	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000003	01a22453-f541-7043-818c-68f100000003	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000004	01a22453-f541-7043-818c-68f100000004	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000005	01a22453-f541-7043-818c-68f100000005	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000006	01a22453-f541-7043-818c-68f100000006	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000007	01a22453-f541-7043-818c-68f100000007	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000008	01a22453-f541-7043-818c-68f100000008	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000009	01a22453-f541-7043-818c-68f100000009	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f10000000a	01a22453-f541-7043-818c-68f10000000a	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f10000000b	01a22453-f541-7043-818c-68f10000000b	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f10000000c	01a22453-f541-7043-818c-68f10000000c	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	Skjema	\N	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.777+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f67f-7a95-acb3-f39ad75fd883	01a22453-f658-771d-b77b-d70772824b29	01a22453-ea0c-71af-a4f8-07275b83213e	sms	t	web	Skjema: grant	2026-11-28 22:43:32.095+00	2026-11-28 22:43:32.095+00	API_KEY
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f6a7-7a45-8353-0ac22206ecb2	01a22453-f658-771d-b77b-d70772824b29	01a22453-ea0c-71af-a4f8-07275b83213e	sms	f	web	Skjema: withdraw	2026-11-28 22:43:32.135+00	2026-11-28 22:43:32.135+00	API_KEY
\.
copy contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone, marketing, sms_consents, properties, created_at, updated_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000001	+4791234510	mobile	\N	\N	a0@example.com	Åse0	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000002	+4791234511	mobile	\N	\N	a1@example.com	Åse1	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000003	+4791234512	mobile	\N	\N	a2@example.com	Åse2	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000004	+4791234513	mobile	\N	\N	a3@example.com	Åse3	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000005	+4791234514	mobile	\N	\N	a4@example.com	Åse4	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000006	+4791234515	mobile	\N	\N	a5@example.com	Åse5	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000007	+4791234516	mobile	\N	\N	a6@example.com	Åse6	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000008	+4791234517	mobile	\N	\N	a7@example.com	Åse7	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f100000009	+4791234518	mobile	\N	\N	a8@example.com	Åse8	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f10000000a	+4791234519	mobile	\N	\N	a9@example.com	Åse9	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f10000000b	+4791234520	mobile	\N	\N	a10@example.com	Åse10	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f10000000c	+4791234521	mobile	\N	\N	a11@example.com	Åse11	Øye	\N	\N	t	1	{}	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.924+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f658-771d-b77b-d70772824b29	+4793000001	mobile	+4722222222	landline	ola@example.com	Ola	\N	\N	\N	t	0	{"plan": "gull", "siden": 2019}	2026-11-28 22:43:32.056+00	2026-11-28 22:43:32.056+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-00f1-783d-92a3-abe058c6f76f	+4793000010	mobile	\N	\N	\N	Glemmes	\N	\N	\N	t	0	{}	2026-11-28 22:43:34.769+00	2026-11-28 22:43:34.769+00
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f150-7312-b40f-c44a18d821f4	+46701234567	mobile	\N	\N	\N	Sven	\N	\N	\N	t	0	{}	2026-11-28 22:43:30.768+00	2026-11-28 22:43:30.768+00
\.
copy dispatch_journal (workspace_id, sender_id, id, seqs) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea26-7d28-9521-1f67a54fea63	01a22454-0162-789b-88d1-33319b20d416	{19}
\.
copy idempotency_keys (workspace_id, key, fingerprint, answer, created_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	en-gang	_kwAQ0r2L3xVErCUHznitvWZaczYS7tAzLMg-SUQJfA	{"body": {"id": "01a22453-ff40-7291-9f94-12cb9695bf54", "status": "queued", "segments": 1}, "status": 202}	2026-11-28 22:43:34.336+00
\.
copy import_rejections (workspace_id, import_id, "row", reason, value, line) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f1febfd262	13	invalid_mobile	12	{Feil,Feil,12,"",""}
\.
copy imports (workspace_id, id, status, file_name, options, rows, created, updated, unchanged, rejected, merged_to, prepared, heard_at, error, created_by, created_at, finished_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f541-7043-818c-68f1febfd262	done	\N	{"list": "01a22453-f525-7121-a67f-7e060708bff3", "columns": ["First name", "Last name", "Mobile", "E-mail", "City"], "consent_bit": 0, "consent_date": null, "consent_column": false, "consent_source": "Skjema", "subscription_type_id": "01a22453-ea0c-71af-a4f8-07275b83213e"}	13	12	0	0	1	39	t	2026-11-28 22:43:31.995565+00	\N	API_KEY	2026-11-28 22:43:31.777+00	2026-11-28 22:43:31.996+00
\.
copy inbound_seen (workspace_id, carrier, carrier_reference, message_id) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	sandbox	01a22453-fdca-7000-a60c-77f5901f532c	01a22453-fddc-7a89-84aa-bf9de9d0c282
01a22453-e916-7ab1-94b4-cbfac1367c2e	sandbox	01a22453-fe30-7000-84c9-6482e74aed43	01a22453-fe58-7ce9-abc9-10f4feeaf61b
01a22453-e916-7ab1-94b4-cbfac1367c2e	sandbox	01a22453-fe67-7000-9d76-f4c0b0bf4ef7	01a22453-fe72-7cfe-8997-af3f83c6649c
01a22453-e916-7ab1-94b4-cbfac1367c2e	sandbox	01a22453-fea3-7000-b57a-dd3b83848711	01a22453-fec4-730c-bde0-f3eeba33bfa6
01a22453-e916-7ab1-94b4-cbfac1367c2e	sandbox	01a22453-ff1b-7000-a9b8-3181d1b1eb57	01a22453-ff28-77eb-9453-e6b2e1cdaff1
\.
copy invitations (workspace_id, id, email, role, sms_setup, token_hash, invited_by, created_at, expires_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f1fa-77e2-b812-48f58c07a4b3	ubesvart@example.com	viewer	f	qTKeTzswGb8n_AQc2ExTKM_ZUgL-h3NCndVjpF5JQ8I	API_KEY	2026-11-28 22:43:30.938+00	2026-12-05 22:43:30.938+00
\.
copy lanes (workspace_id, sender_id, has_work, leased_by, leased_until, next_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea26-7d28-9521-1f67a54fea63	t	01a22453-ea61-7cc5-923c-3218a2d976f5	2026-11-28 22:43:42.899459+00	\N
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f05f-7601-8cef-1676031fbf2a	f	\N	2026-11-28 22:43:33.117371+00	\N
\.
copy list_members (workspace_id, list_id, contact_id) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000001
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000002
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000003
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000004
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000005
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000006
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000007
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000008
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f100000009
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f10000000a
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f10000000b
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	01a22453-f541-7043-818c-68f10000000c
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f70d-7a73-a782-aaa6239963f9	01a22453-f658-771d-b77b-d70772824b29
\.
copy lists (workspace_id, id, name, members, created_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f525-7121-a67f-7e060708bff3	Kunder	12	2026-11-28 22:43:31.749+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f6f4-7576-9909-233c8d2e24c0	Tom	0	2026-11-28 22:43:32.212+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f70d-7a73-a782-aaa6239963f9	Faste	1	2026-11-28 22:43:32.237+00
\.
copy memberships (workspace_id, user_id, role, sms_setup, created_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-e916-73a1-8fee-6a569f0736bf	super_admin	t	2026-11-28 22:43:28.662+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f30a-757d-94f4-7d39ff235ecd	marketer	f	2026-11-28 22:43:31.21+00
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-e916-73a1-8fee-6a569f0736bf	super_admin	t	2026-11-28 22:43:30.493+00
\.
copy message_counts (workspace_id, source_type, source_id, minute, status, reason, n) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	2026-11-28 22:43:00+00	delivered		10
01a22453-e916-7ab1-94b4-cbfac1367c2e	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	2026-11-28 22:43:00+00	opted_out		2
01a22453-e916-7ab1-94b4-cbfac1367c2e	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	2026-11-28 22:43:00+00	queued		12
01a22453-e916-7ab1-94b4-cbfac1367c2e	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	2026-11-28 22:43:00+00	sent		12
01a22453-e916-7ab1-94b4-cbfac1367c2e	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	2026-11-28 22:43:00+00	skipped	no_consent	1
01a22453-e916-7ab1-94b4-cbfac1367c2e	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	2026-11-28 22:43:00+00	undelivered	unknown_number	1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_in_confirmation	01a22453-fec4-730c-bde0-f3eeba33bfa6	2026-11-28 22:43:00+00	delivered		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_in_confirmation	01a22453-fec4-730c-bde0-f3eeba33bfa6	2026-11-28 22:43:00+00	queued		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_in_confirmation	01a22453-fec4-730c-bde0-f3eeba33bfa6	2026-11-28 22:43:00+00	sent		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_out_confirmation	01a22453-fddc-7a89-84aa-bf9de9d0c282	2026-11-28 22:43:00+00	delivered		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_out_confirmation	01a22453-fddc-7a89-84aa-bf9de9d0c282	2026-11-28 22:43:00+00	queued		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_out_confirmation	01a22453-fddc-7a89-84aa-bf9de9d0c282	2026-11-28 22:43:00+00	sent		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_out_confirmation	01a22453-fe72-7cfe-8997-af3f83c6649c	2026-11-28 22:43:00+00	delivered		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_out_confirmation	01a22453-fe72-7cfe-8997-af3f83c6649c	2026-11-28 22:43:00+00	queued		1
01a22453-e916-7ab1-94b4-cbfac1367c2e	opt_out_confirmation	01a22453-fe72-7cfe-8997-af3f83c6649c	2026-11-28 22:43:00+00	sent		1
\.
copy message_queue (workspace_id, sender_id, priority, seq, message_id, period_start, expires_at, consent_bit) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea26-7d28-9521-1f67a54fea63	0	19	01a22454-0150-7770-9a25-cdb998d8267a	2026-10-31 23:00:00+00	2026-11-30 22:43:34.864+00	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea26-7d28-9521-1f67a54fea63	0	20	01a22454-0165-70b1-8447-667e05b1bef7	2026-10-31 23:00:00+00	2026-11-30 22:43:34.885+00	\N
\.
select setval(pg_get_serial_sequence('message_queue', 'seq'), 20);
copy messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id, sender_id, number, text, reason, carrier, carrier_reference, carrier_error, submitted_at, sent_at, final_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7082-bf41-765f403df945	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000006	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234515	Hei Åse5 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7005-b076-e4991254ab3e	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7156-8443-b15f948704aa	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f10000000c	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234521	Hei Åse11 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-700a-8db6-7387aa2ea03e	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7282-8bbd-65cbb7a4b07e	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000001	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234510	Hei Åse0 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7000-bb8a-2ee3cd89ea7b	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7334-9f58-25df20f1b798	undelivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000002	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234511	Hei Åse1 🎉\nReply STOP to opt out	unknown_number	sandbox	01a22453-fa0b-7001-9331-abeacc065f0e	30005	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.241+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-745d-bec2-7fa1dcf5b2d3	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000005	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234514	Hei Åse4 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7004-8f30-d47060a89d08	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-74c9-8084-037b666b89d1	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000003	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234512	Hei Åse2 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7002-a166-dc042618f19e	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7573-942a-85e4392471ad	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000009	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234518	Hei Åse8 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7008-8434-4ebc5ccdf5c1	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.026+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-776c-ba56-0bbfd864a303	sent	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000008	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234517	Hei Åse7 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7007-b21e-a9f81d2dd2b6	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-77a9-a1ef-88de073bf863	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000004	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234513	Hei Åse3 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7003-8894-12ecbb060137	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-78c0-b29a-bcf3d1e2c91a	skipped	marketing	7	0	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f658-771d-b77b-d70772824b29	01a22453-ea26-7d28-9521-1f67a54fea63	+4793000001		no_consent	\N	\N	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7c60-9ccb-de250ed5893f	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f10000000b	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234520	Hei Åse10 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7009-9afa-a1c6566eca5f	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.092+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7ce6-9c2c-6056ebe79e6a	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f10000000a	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234519	Hei Åse9 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fcbd-7000-a35e-c81a37abfb73	\N	2026-11-28 22:43:33.696+00	2026-11-28 22:43:33.696+00	2026-11-28 22:43:33.825+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7e46-a7c3-184e29175b89	delivered	marketing	u	1	campaign	01a22453-f7a9-7520-a43b-d68090b6f3bd	01a22453-f541-7043-818c-68f100000007	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234516	Hei Åse6 🎉\nReply STOP to opt out	\N	sandbox	01a22453-fa0b-7006-951b-d967f5cb223f	\N	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.053+00	2026-11-28 22:43:33.209+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fddc-7a89-84aa-bf9de9d0c282	received	\N	7	1	inbound	\N	01a22453-f541-7043-818c-68f100000003	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234512	STOP	stop	sandbox	01a22453-fdca-7000-a60c-77f5901f532c	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fddd-7485-9da9-b9da06982ec2	delivered	transactional	7	1	opt_out_confirmation	01a22453-fddc-7a89-84aa-bf9de9d0c282	01a22453-f541-7043-818c-68f100000003	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234512	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a22453-fe32-7000-8468-ed6a3d5763dd	\N	2026-11-28 22:43:34.089+00	2026-11-28 22:43:34.089+00	2026-11-28 22:43:34.238+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fe58-7ce9-abc9-10f4feeaf61b	received	\N	7	1	inbound	\N	01a22453-f541-7043-818c-68f100000004	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234513	Hva koster det?	\N	sandbox	01a22453-fe30-7000-84c9-6482e74aed43	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fe72-7cfe-8997-af3f83c6649c	received	\N	7	1	inbound	\N	01a22453-f541-7043-818c-68f100000005	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234514	STOP	stop	sandbox	01a22453-fe67-7000-9d76-f4c0b0bf4ef7	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fe73-7820-bfe7-9c8024212bbc	delivered	transactional	7	1	opt_out_confirmation	01a22453-fe72-7cfe-8997-af3f83c6649c	01a22453-f541-7043-818c-68f100000005	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234514	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a22453-feb6-7000-b821-a6da03836172	\N	2026-11-28 22:43:34.212+00	2026-11-28 22:43:34.212+00	2026-11-28 22:43:34.461+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fec4-730c-bde0-f3eeba33bfa6	received	\N	7	1	inbound	\N	01a22453-f541-7043-818c-68f100000005	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234514	START	start	sandbox	01a22453-fea3-7000-b57a-dd3b83848711	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fec5-72f7-92ef-4a5481c3179c	delivered	transactional	7	1	opt_in_confirmation	01a22453-fec4-730c-bde0-f3eeba33bfa6	01a22453-f541-7043-818c-68f100000005	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234514	Salongen: You are subscribed again. Reply STOP to unsubscribe.	\N	sandbox	01a22453-ff20-7000-8b80-ffe1a740c73d	\N	2026-11-28 22:43:34.311+00	2026-11-28 22:43:34.311+00	2026-11-28 22:43:34.382+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ff28-77eb-9453-e6b2e1cdaff1	received	\N	7	1	inbound	\N	\N	01a22453-ea26-7d28-9521-1f67a54fea63	+4799999999	Hei fra en ukjent	\N	sandbox	01a22453-ff1b-7000-a9b8-3181d1b1eb57	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ff40-7291-9f94-12cb9695bf54	delivered	transactional	7	1	api	\N	01a22453-f541-7043-818c-68f100000006	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234515	Timen din er klar	\N	sandbox	01a22453-ff83-7000-9ec9-58631880f667	\N	2026-11-28 22:43:34.41+00	2026-11-28 22:43:34.41+00	2026-11-28 22:43:34.601+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-0100-793e-ba8d-1bc424e63154	delivered	transactional	7	1	api	\N	01a22454-00f1-783d-92a3-abe058c6f76f	01a22453-ea26-7d28-9521-1f67a54fea63	+4793000010	Velkommen	\N	sandbox	01a22454-0119-7000-b5fa-43c4d62bc73c	\N	2026-11-28 22:43:34.812+00	2026-11-28 22:43:34.812+00	2026-11-28 22:43:34.994+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-0150-7770-9a25-cdb998d8267a	queued	transactional	7	1	api	\N	01a22453-f541-7043-818c-68f10000000b	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234520	Har du tid?	\N	\N	\N	\N	\N	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-0165-70b1-8447-667e05b1bef7	queued	transactional	7	1	api	\N	01a22453-f541-7043-818c-68f10000000c	01a22453-ea26-7d28-9521-1f67a54fea63	+4791234521	Vi sees i morgen	\N	\N	\N	\N	\N	\N	\N
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f195-719f-8c83-c8a528d96528	delivered	transactional	7	1	api	\N	01a22453-f150-7312-b40f-c44a18d821f4	01a22453-f05f-7601-8cef-1676031fbf2a	+46701234567	Bilen är klar	\N	sandbox	01a22453-f23f-7000-84ff-e0ab378331bf	\N	2026-11-28 22:43:31.046+00	2026-11-28 22:43:31.046+00	2026-11-28 22:43:31.29+00
\.
copy opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234512	01a22453-fdca-7321-a8fb-1f49cdfa8e27	01a22453-ea26-7d28-9521-1f67a54fea63	t	sms	STOP	2026-11-28 22:43:33.962+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234514	01a22453-fe67-7570-abe8-e395be6e881d	01a22453-ea26-7d28-9521-1f67a54fea63	t	sms	STOP	2026-11-28 22:43:34.119+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234514	01a22453-fea3-7dd4-b319-2f1e738c7ff8	01a22453-ea26-7d28-9521-1f67a54fea63	f	sms	START	2026-11-28 22:43:34.179+00
\.
copy opt_outs (workspace_id, number, sender_id, at, source, evidence) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234512	01a22453-ea26-7d28-9521-1f67a54fea63	2026-11-28 22:43:33.962+00	sms	STOP
\.
copy quota_periods (workspace_id, period_start, period_end, allowance, used, reserved) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	17	2
01a22453-f03d-71e4-9fec-4889b51c3bde	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	1	0
\.
copy quota_usage (workspace_id, period_start, source_type, used) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	2026-10-31 23:00:00+00	api	2
01a22453-e916-7ab1-94b4-cbfac1367c2e	2026-10-31 23:00:00+00	campaign	12
01a22453-e916-7ab1-94b4-cbfac1367c2e	2026-10-31 23:00:00+00	opt_in_confirmation	1
01a22453-e916-7ab1-94b4-cbfac1367c2e	2026-10-31 23:00:00+00	opt_out_confirmation	2
01a22453-f03d-71e4-9fec-4889b51c3bde	2026-10-31 23:00:00+00	api	1
\.
copy sandbox_mails (id, sender, recipient, subject, text, at) from stdin;
01a22453-f245-7773-a459-bd2f55bae97e	Varsla <no-reply@example.com>	ubesvart@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:33915/invitations/To1BeKznXzpMXvyGOB8ti8a0Vl_cVFaOFIwDDCoxJdM\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:43:31.013+00
01a22453-f297-738b-8674-c2a5fe491122	Varsla <no-reply@example.com>	kari@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:33915/invitations/HVrqeslgiXKNLFRzr9YFIGi43y5Amh_Rd4CwxHS9qb0\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:43:31.095+00
\.
copy sandbox_messages (phone, id, outbound, address, text, workspace_id, message_id) from stdin;
+46701234567	01a22453-f23f-7000-84ff-e0ab378331bf	t	+46701768042	Bilen är klar	01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f195-719f-8c83-c8a528d96528
+4791234510	01a22453-fa0b-7000-bb8a-2ee3cd89ea7b	t	+4748057312	Hei Åse0 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7282-8bbd-65cbb7a4b07e
+4791234511	01a22453-fa0b-7001-9331-abeacc065f0e	t	+4748057312	Hei Åse1 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7334-9f58-25df20f1b798
+4791234512	01a22453-fa0b-7002-a166-dc042618f19e	t	+4748057312	Hei Åse2 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-74c9-8084-037b666b89d1
+4791234512	01a22453-fdca-7000-a60c-77f5901f532c	f	+4748057312	STOP	01a22453-e916-7ab1-94b4-cbfac1367c2e	\N
+4791234512	01a22453-fe32-7000-8468-ed6a3d5763dd	t	+4748057312	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fddd-7485-9da9-b9da06982ec2
+4791234513	01a22453-fa0b-7003-8894-12ecbb060137	t	+4748057312	Hei Åse3 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-77a9-a1ef-88de073bf863
+4791234513	01a22453-fe30-7000-84c9-6482e74aed43	f	+4748057312	Hva koster det?	01a22453-e916-7ab1-94b4-cbfac1367c2e	\N
+4791234514	01a22453-fa0b-7004-8f30-d47060a89d08	t	+4748057312	Hei Åse4 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-745d-bec2-7fa1dcf5b2d3
+4791234514	01a22453-fe67-7000-9d76-f4c0b0bf4ef7	f	+4748057312	STOP	01a22453-e916-7ab1-94b4-cbfac1367c2e	\N
+4791234514	01a22453-fea3-7000-b57a-dd3b83848711	f	+4748057312	START	01a22453-e916-7ab1-94b4-cbfac1367c2e	\N
+4791234514	01a22453-feb6-7000-b821-a6da03836172	t	+4748057312	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fe73-7820-bfe7-9c8024212bbc
+4791234514	01a22453-ff20-7000-8b80-ffe1a740c73d	t	+4748057312	Salongen: You are subscribed again. Reply STOP to unsubscribe.	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-fec5-72f7-92ef-4a5481c3179c
+4791234515	01a22453-fa0b-7005-b076-e4991254ab3e	t	+4748057312	Hei Åse5 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7082-bf41-765f403df945
+4791234515	01a22453-ff83-7000-9ec9-58631880f667	t	+4748057312	Timen din er klar	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ff40-7291-9f94-12cb9695bf54
+4791234516	01a22453-fa0b-7006-951b-d967f5cb223f	t	+4748057312	Hei Åse6 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7e46-a7c3-184e29175b89
+4791234517	01a22453-fa0b-7007-b21e-a9f81d2dd2b6	t	+4748057312	Hei Åse7 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-776c-ba56-0bbfd864a303
+4791234518	01a22453-fa0b-7008-8434-4ebc5ccdf5c1	t	+4748057312	Hei Åse8 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7573-942a-85e4392471ad
+4791234519	01a22453-fcbd-7000-a35e-c81a37abfb73	t	+4748057312	Hei Åse9 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7ce6-9c2c-6056ebe79e6a
+4791234520	01a22453-fa0b-7009-9afa-a1c6566eca5f	t	+4748057312	Hei Åse10 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7c60-9ccb-de250ed5893f
+4791234521	01a22453-fa0b-700a-8db6-7387aa2ea03e	t	+4748057312	Hei Åse11 🎉\nReply STOP to opt out	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f88e-7156-8443-b15f948704aa
+4793000010	01a22454-0119-7000-b5fa-43c4d62bc73c	t	+4748057312	Velkommen	01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-0100-793e-ba8d-1bc424e63154
+4799999999	01a22453-ff1b-7000-a9b8-3181d1b1eb57	f	+4748057312	Hei fra en ukjent	01a22453-e916-7ab1-94b4-cbfac1367c2e	\N
\.
copy sandbox_phones (workspace_id, number, behaviour, error_code, delay_ms) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234511	fail	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234516	double_receipt	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234517	lose_receipt	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234518	early_receipt	\N	\N
01a22453-e916-7ab1-94b4-cbfac1367c2e	+4791234519	throttle	\N	\N
\.
copy senders (workspace_id, id, address, kind, can_receive, carrier, is_default, rate_per_second, created_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea26-7d28-9521-1f67a54fea63	+4748057312	long_number	t	sandbox	t	\N	2026-11-28 22:43:28.898713+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22454-00ab-7e07-877c-fe24fcd04525	Salong	alphanumeric	f	sandbox	f	\N	2026-11-28 22:43:34.69645+00
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f05f-7601-8cef-1676031fbf2a	+46701768042	long_number	t	sandbox	t	\N	2026-11-28 22:43:30.498419+00
\.
copy sessions (id, user_id, token, expires_at, ip_address, user_agent, created_at, updated_at) from stdin;
01a22453-ef3d-706b-9eef-cf2d2b35162b	01a22453-e916-73a1-8fee-6a569f0736bf	5chCNOmMDwt1VzC1caKWy6zpuTcBSZU1	2026-12-12 22:43:30.235+00	127.0.0.1	node	2026-11-28 22:43:30.236+00	2026-11-28 22:43:30.236+00
01a22453-f50c-7aa5-b2a3-78b9f79233b6	01a22453-f30a-757d-94f4-7d39ff235ecd	5r3ktBxbVEXxjApoGWM3HhrVfHlQShvv	2026-12-12 22:43:31.723+00	127.0.0.1	node	2026-11-28 22:43:31.723+00	2026-11-28 22:43:31.723+00
\.
copy subscription_types (workspace_id, id, key, name, needs_consent, "bit", created_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea0c-71af-a4f8-07275b83213e	marketing	Marketing	t	0	2026-11-28 22:43:28.908+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea0c-792e-b088-a6353a773231	event_info	Event info	t	1	2026-11-28 22:43:28.908+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-ea0c-7ec1-8508-f480a0781337	transactional	Transactional	f	2	2026-11-28 22:43:28.908+00
01a22453-e916-7ab1-94b4-cbfac1367c2e	01a22453-f6cc-750d-a2d0-f234b8540da3	nyhetsbrev	Nyhetsbrev	t	3	2026-11-28 22:43:32.172+00
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f051-72fd-a9c3-8ecaa4d35d0c	transactional	Transaktionellt	f	2	2026-11-28 22:43:30.513+00
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f051-769b-879a-ddfc935b5094	event_info	Evenemangsinfo	t	1	2026-11-28 22:43:30.513+00
01a22453-f03d-71e4-9fec-4889b51c3bde	01a22453-f051-7963-9918-0dc8cecfc939	marketing	Marknadsföring	t	0	2026-11-28 22:43:30.513+00
\.
copy users (id, name, email, email_verified, image, created_at, updated_at) from stdin;
01a22453-e916-73a1-8fee-6a569f0736bf	Eier	eier@example.com	t	\N	2026-11-28 22:43:28.662+00	2026-11-28 22:43:28.662+00
01a22453-f30a-757d-94f4-7d39ff235ecd	Kari Nordmann	kari@example.com	t	\N	2026-11-28 22:43:31.21+00	2026-11-28 22:43:31.21+00
\.
copy workspaces (workspace_id, name, country, time_zone, language, opt_out_text, help_text, opt_out_confirmation, opt_in_confirmation, allowance, renewal_day, created_at) from stdin;
01a22453-e916-7ab1-94b4-cbfac1367c2e	Salongen	NO	Europe/Oslo	en	Reply STOP to opt out	Salongen: Reply STOP to get no more texts from us, START to get them again.	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	Salongen: You are subscribed again. Reply STOP to unsubscribe.	10000	1	2026-11-28 22:43:28.662+00
01a22453-f03d-71e4-9fec-4889b51c3bde	Verkstedet	SE	Europe/Stockholm	sv	Svara STOPP för att avregistrera dig	Verkstedet: Svara STOPP för att slippa fler sms från oss, START för att få dem igen.	Verkstedet: Du är avregistrerad och får inga fler sms från oss. Svara START för att få dem igen.	Verkstedet: Du är registrerad igen. Svara STOPP för att avregistrera dig.	10000	1	2026-11-28 22:43:30.493+00
\.
