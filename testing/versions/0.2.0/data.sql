create table if not exists messages_2026_11 partition of messages FOR VALUES FROM ('01a19467-e800-7000-8000-000000000000') TO ('01a22ee6-b000-7000-8000-000000000000');
create table if not exists messages_2026_12 partition of messages FOR VALUES FROM ('01a22ee6-b000-7000-8000-000000000000') TO ('01a2ce8b-d400-7000-8000-000000000000');
create table if not exists messages_2027_01 partition of messages FOR VALUES FROM ('01a2ce8b-d400-7000-8000-000000000000') TO ('01a36e30-f800-7000-8000-000000000000');
create table if not exists messages_2027_02 partition of messages FOR VALUES FROM ('01a36e30-f800-7000-8000-000000000000') TO ('01a3fe63-0800-7000-8000-000000000000');
create table if not exists smpp_references_2026_11_23 partition of smpp_references FOR VALUES FROM ('2026-11-23 00:00:00+00') TO ('2026-11-30 00:00:00+00');
create table if not exists smpp_references_2026_11_30 partition of smpp_references FOR VALUES FROM ('2026-11-30 00:00:00+00') TO ('2026-12-07 00:00:00+00');
copy accounts (id, user_id, account_id, provider_id, password, access_token, refresh_token, id_token, access_token_expires_at, refresh_token_expires_at, scope, created_at, updated_at) from stdin;
01a22444-22d3-70da-8a62-eb27902a1103	01a22444-22d3-70a1-9bd6-858fc434b218	01a22444-22d3-70a1-9bd6-858fc434b218	credential	983b45a8004ed6bded2b2eac07f90e3c:d25415c2df23091ecdc8cde971948b3854f9ef098ef96e9f48f4b34d730e91b55c21208340eedba0ffeea4ac1d3d10bd9eb8d4dad971b07dd571fba75c49efcd	\N	\N	\N	\N	\N	\N	2026-11-28 22:26:14.867+00	2026-11-28 22:26:14.867+00
01a22444-2a5c-741e-9518-a0f1098a84ae	01a22444-2a5c-74ab-94ec-f727c44c121d	01a22444-2a5c-74ab-94ec-f727c44c121d	credential	e0e9c93e1aa1f6c537b119503320e98e:a39dcca784aa594469ed4b8a891790a9a35cd3707dd1f2188864044d1b2d1dcdf07d6ad63f497a36a9a79e9ca8cfed3e4d84d76afdb8a1a95b8b97a516064dac	\N	\N	\N	\N	\N	\N	2026-11-28 22:26:16.796+00	2026-11-28 22:26:16.796+00
\.
copy alert_watch (one, looked_at) from stdin;
t	2026-11-28 22:26:21.259+00
\.
copy alerts (workspace_id, id, kind, subject, severity, params, raised_at, clear_since, resolved_at, mailed_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c1a-7c26-ba15-fe453f299e6e	quota	1793487600 15 50	info	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 50, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:26:21.288+00	\N	2026-11-28 22:26:21.288+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c38-7c29-bbaa-26104a06f4da	quota	1793487600 15 80	warning	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 80, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:26:21.288+00	\N	2026-11-28 22:26:21.288+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c42-7041-bb28-ef2d2627f033	quota	1793487600 15 90	warning	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 90, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:26:21.288+00	\N	2026-11-28 22:26:21.288+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c4c-7893-8017-08d40a962b88	quota	1793487600 15 100	critical	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 100, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:26:21.288+00	\N	\N	2026-11-28 22:26:21.304+00
\.
copy api_keys (workspace_id, id, name, prefix, key_hash, role, scopes, created_at, last_used_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-22d3-78b7-b5e1-7ef2cf781b72	API_KEY	a-key-fo	uEe_SE5GCfqVUkzuBPS5NYHa7MyfVxjbLikvr_WNy7c	super_admin	{workspace:read,workspace:write,people:read,people:write,api-keys:write,subscription:read,subscription:write,contacts:read,contacts:write,consent:read,consent:write,messages:read,messages:send,campaigns:read,campaigns:write,campaigns:send,senders:read,sms-setup:write,sandbox:use}	2026-11-28 22:26:14.867+00	2026-11-28 22:26:16.59+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2997-78ae-b7db-dfb1aa35a35a	Kasse	vk_AA3io	TOrVS6NjkrFr-D-YYb6-nLXG1epf4yNByjWiliDNDe0	super_admin	{messages:send}	2026-11-28 22:26:16.599+00	\N
\.
copy attempts (key, count, window_ends) from stdin;
6NVU68QqGR5fFmzM-I3OokeOhhIp-JS1KjVMrbrS8xM	0	2026-11-28 22:41:16.108+00
Uy4joRQiNU5IW3TcFCEx9FQVzky34Hrek8hWw35XNnA	0	2026-11-28 23:26:16.794+00
b7faPlY5KHRQ4Ee5cYC3KGUEbyUGlBuHUbHkZV2mpQ4	0	2026-11-28 22:41:16.794+00
eFnvRZ0YOJ-JDP765tFb7X4fLp20nmqEzFL4PwVOwio	0	2026-11-28 23:26:16.108+00
\.
copy campaigns (workspace_id, id, name, status, text, sender_id, subscription_type_id, include, exclude, opt_out_text, created_by, created_by_name, error, created_at, updated_at, sent_at, sent_opt_out_text, period_start, planned, skipped, reserved, prepared_to, prepared_at, progress_at, finished_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2dcd-74fb-93a6-7c8d44703683	Høst	sent	Hei {{ contact.first_name }} 🎉	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	01a22444-23a4-7409-abcc-d961c183afe8	{"lists": ["01a22444-2c2c-7d4a-97e6-3bc2b9291539"], "contacts": ["01a22444-2d14-7f1d-a3db-4f58944bce94"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:26:17.677+00	2026-11-28 22:26:18.82+00	2026-11-28 22:26:17.758+00	Reply STOP to opt out	2026-10-31 23:00:00+00	12	1	0	01a22444-2d14-7f1d-a3db-4f58944bce94	2026-11-28 22:26:17.86+00	2026-11-28 22:26:17.86+00	2026-11-28 22:26:18.82+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3282-72d9-b226-cb03013d42f9	Utkast	draft	Kladd	\N	01a22444-23a4-7409-abcc-d961c183afe8	{"lists": [], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:26:18.882+00	2026-11-28 22:26:18.882+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3426-7b34-bfe7-8b080181c336	For stor	draft	Hei {{ contact.first_name }} 🎉	\N	01a22444-23a4-7409-abcc-d961c183afe8	{"lists": ["01a22444-2c2c-7d4a-97e6-3bc2b9291539"], "contacts": ["01a22444-2d14-7f1d-a3db-4f58944bce94"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:26:19.302+00	2026-11-28 22:26:19.302+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3dea-76df-8bfa-78c045efac30	Jul	preparing	God jul!	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	01a22444-23a4-7409-abcc-d961c183afe8	{"lists": ["01a22444-2c2c-7d4a-97e6-3bc2b9291539"], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:26:21.802+00	2026-11-28 22:26:21.838+00	2026-11-28 22:26:21.838+00	Reply STOP to opt out	\N	\N	0	0	\N	\N	2026-11-28 22:26:21.838+00	\N
\.
copy carrier_routes (workspace_id, country, carrier_ids) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	SE	{01a22444-3c20-7f3c-891c-9e3d7a389173,01a22444-3c3b-78ce-93d6-dfe1b4aca742}
\.
copy carriers (workspace_id, id, kind, name, enabled, is_default, settings, secrets, created_at, updated_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c20-7f3c-891c-9e3d7a389173	smpp	Leverandør	f	t	{"tls": "off", "gsm7": "gsm", "host": "smsc.example.com", "mode": "transceiver", "port": 2775, "binds": 1, "rates": {"short_code": null, "long_number": null, "alphanumeric": null}, "window": 50, "receipts": "all", "validity": "relative", "system_id": "varsla", "long_texts": "udh", "source_npi": "auto", "source_ton": "auto", "receipt_ids": "same", "system_type": "", "inbound_gsm7": "same", "service_type": "", "reference_tlv": null, "destination_npi": "auto", "destination_ton": "auto", "response_seconds": 30, "enquire_link_seconds": 30}	\\x01f1d2fc324d0e5a4878cb74adfe0eb331e7713cc3e1e987e3ed6ae950df482729530ac48f39c31cc5159f8d22fefba4f5cb65a5	2026-11-28 22:26:21.342755+00	2026-11-28 22:26:21.342755+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c3b-78ce-93d6-dfe1b4aca742	twilio	Twilio	f	f	{"rates": {"short_code": 100, "long_number": 10, "alphanumeric": 10, "north_american": 1}, "account_sid": "AC00000000000000000000000000000000", "api_key_sid": null, "messaging_service_sid": null}	\\x01f4ac022037afedf4740d6119d97d7189e2340132a9855edbadc261946d6758f47963008bb2c556fe840775fc44add24c6322a1cf2e74c7cbf688d76c2417b64eb4db54319b89eacf13b921c011581b568eb977303132f5d838c9ce7af9eae94e65d6a7	2026-11-28 22:26:21.36959+00	2026-11-28 22:26:21.36959+00
\.
copy consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at, recorded_at, recorded_by) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000001	01a22444-2c43-7b26-8de2-6bfd00000001	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000002	01a22444-2c43-7b26-8de2-6bfd00000002	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000003	01a22444-2c43-7b26-8de2-6bfd00000003	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000004	01a22444-2c43-7b26-8de2-6bfd00000004	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000006	01a22444-2c43-7b26-8de2-6bfd00000006	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000007	01a22444-2c43-7b26-8de2-6bfd00000007	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000008	01a22444-2c43-7b26-8de2-6bfd00000008	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000009	01a22444-2c43-7b26-8de2-6bfd00000009	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd0000000a	01a22444-2c43-7b26-8de2-6bfd0000000a	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd0000000b	01a22444-2c43-7b26-8de2-6bfd0000000b	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd0000000c	01a22444-2c43-7b26-8de2-6bfd0000000c	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	Skjema	\N	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.283+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d32-7da6-ab23-8efc4be24f0c	01a22444-2d14-7f1d-a3db-4f58944bce94	01a22444-23a4-7409-abcc-d961c183afe8	sms	t	web	Skjema: grant	2026-11-28 22:26:17.522+00	2026-11-28 22:26:17.522+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d46-73aa-897a-5a4a933b4072	01a22444-2d14-7f1d-a3db-4f58944bce94	01a22444-23a4-7409-abcc-d961c183afe8	sms	f	web	Skjema: withdraw	2026-11-28 22:26:17.542+00	2026-11-28 22:26:17.542+00	API_KEY
\.
copy contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone, marketing, sms_consents, properties, created_at, updated_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000001	+4791234510	mobile	\N	\N	a0@example.com	Åse0	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000002	+4791234511	mobile	\N	\N	a1@example.com	Åse1	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000003	+4791234512	mobile	\N	\N	a2@example.com	Åse2	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000004	+4791234513	mobile	\N	\N	a3@example.com	Åse3	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000005	+4791234514	mobile	\N	\N	a4@example.com	Åse4	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000006	+4791234515	mobile	\N	\N	a5@example.com	Åse5	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000007	+4791234516	mobile	\N	\N	a6@example.com	Åse6	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000008	+4791234517	mobile	\N	\N	a7@example.com	Åse7	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd00000009	+4791234518	mobile	\N	\N	a8@example.com	Åse8	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd0000000a	+4791234519	mobile	\N	\N	a9@example.com	Åse9	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd0000000b	+4791234520	mobile	\N	\N	a10@example.com	Åse10	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfd0000000c	+4791234521	mobile	\N	\N	a11@example.com	Åse11	Øye	\N	\N	t	1	{}	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.408+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d14-7f1d-a3db-4f58944bce94	+4793000001	mobile	+4722222222	landline	ola@example.com	Ola	\N	\N	\N	t	0	{"plan": "gull", "siden": 2019}	2026-11-28 22:26:17.492+00	2026-11-28 22:26:17.492+00
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-291c-7e63-aea6-8a5c21eb106d	+46701234567	mobile	\N	\N	\N	Sven	\N	\N	\N	t	0	{}	2026-11-28 22:26:16.476+00	2026-11-28 22:26:16.476+00
\.
copy dispatch_journal (workspace_id, sender_id, id, seqs, carrier_id) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	01a22444-3dc5-7f8f-a00b-0be887e57342	{19}	\N
\.
copy erasures (workspace_id, id, contact_id, number_hashes, requested_at, requested_by, began_in, numbers, swept_to, messages, finished_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3d54-7c8e-826b-23602baac842	01a22444-3cee-7dba-8e0b-089477dad6c8	{d90979c3cb5bbfdc22214a8727127b66a2d5260992bf739308ba3781e881e405}	2026-11-28 22:26:21.652+00	API_KEY	981	\N	\N	1	2026-11-28 22:26:21.725+00
\.
copy idempotency_keys (workspace_id, key, fingerprint, answer, created_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	en-gang	_kwAQ0r2L3xVErCUHznitvWZaczYS7tAzLMg-SUQJfA	{"body": {"id": "01a22444-33a9-7d90-9f21-52fb8f254820", "status": "queued", "segments": 1}, "status": 202}	2026-11-28 22:26:19.177+00
\.
copy import_rejections (workspace_id, import_id, "row", reason, value, line) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfde10b18c5	13	invalid_mobile	12	{Feil,Feil,12,"",""}
\.
copy imports (workspace_id, id, status, file_name, options, rows, created, updated, unchanged, rejected, merged_to, prepared, heard_at, error, created_by, created_at, finished_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c43-7b26-8de2-6bfde10b18c5	done	\N	{"list": "01a22444-2c2c-7d4a-97e6-3bc2b9291539", "columns": ["First name", "Last name", "Mobile", "E-mail", "City"], "consent_bit": 0, "consent_date": null, "consent_column": false, "consent_source": "Skjema", "subscription_type_id": "01a22444-23a4-7409-abcc-d961c183afe8"}	13	12	0	0	1	39	t	2026-11-28 22:26:17.453267+00	\N	API_KEY	2026-11-28 22:26:17.283+00	2026-11-28 22:26:17.453+00
\.
copy inbound_seen (workspace_id, carrier, carrier_reference, message_id) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	sandbox	01a22444-329c-7000-bea1-8f874b7edc3c	01a22444-32a9-7000-876f-b330c0d67b31
01a22444-22d3-7ea0-ae55-dd60cb26be3c	sandbox	01a22444-32e1-7000-a2f1-f699a3f2658d	01a22444-32ee-7000-9484-34b19560e008
01a22444-22d3-7ea0-ae55-dd60cb26be3c	sandbox	01a22444-3312-7000-bc20-687f551784aa	01a22444-3319-7000-9ad1-673e5f50d6bd
01a22444-22d3-7ea0-ae55-dd60cb26be3c	sandbox	01a22444-3345-7000-b287-6706442a1ccc	01a22444-334f-7000-8c8f-989ee2af68de
01a22444-22d3-7ea0-ae55-dd60cb26be3c	sandbox	01a22444-3382-7000-8566-22f8716adce7	01a22444-3395-7000-9f3b-3cdb8e2975d8
\.
copy invitations (workspace_id, id, email, role, sms_setup, token_hash, invited_by, created_at, expires_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-29ab-79fe-bc89-4636e5b12675	ubesvart@example.com	viewer	f	NMw-i03533Rl1QvOOOmILzcIZ2D_aG4YOaUyj1M9knk	API_KEY	2026-11-28 22:26:16.619+00	2026-12-05 22:26:16.619+00
\.
copy lanes (workspace_id, sender_id, has_work, leased_by, leased_until, next_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	t	01a22444-2409-7368-808e-9cbb4bd2160b	2026-11-28 22:26:31.586952+00	2026-11-28 22:26:18.502+00
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-28f6-7871-bff8-dd3ae1a70d44	f	\N	2026-11-28 22:26:18.740644+00	\N
\.
copy list_members (workspace_id, list_id, contact_id) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000001
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000002
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000003
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000004
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000005
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000006
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000007
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000008
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd00000009
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd0000000a
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd0000000b
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	01a22444-2c43-7b26-8de2-6bfd0000000c
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d73-76d1-8380-7e3370043af6	01a22444-2d14-7f1d-a3db-4f58944bce94
\.
copy lists (workspace_id, id, name, members, created_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2c2c-7d4a-97e6-3bc2b9291539	Kunder	12	2026-11-28 22:26:17.26+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d69-7914-b69e-227a78c93ec4	Tom	0	2026-11-28 22:26:17.577+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d73-76d1-8380-7e3370043af6	Faste	1	2026-11-28 22:26:17.587+00
\.
copy memberships (workspace_id, user_id, role, sms_setup, created_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-22d3-70a1-9bd6-858fc434b218	super_admin	t	2026-11-28 22:26:14.867+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2a5c-74ab-94ec-f727c44c121d	marketer	f	2026-11-28 22:26:16.796+00
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-22d3-70a1-9bd6-858fc434b218	super_admin	t	2026-11-28 22:26:16.428+00
\.
copy message_counts (workspace_id, source_type, source_id, minute, status, reason, n) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:26:00+00	delivered		2
01a22444-22d3-7ea0-ae55-dd60cb26be3c	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:26:00+00	sent		2
01a22444-22d3-7ea0-ae55-dd60cb26be3c	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	2026-11-28 22:26:00+00	delivered		10
01a22444-22d3-7ea0-ae55-dd60cb26be3c	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	2026-11-28 22:26:00+00	opted_out		2
01a22444-22d3-7ea0-ae55-dd60cb26be3c	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	2026-11-28 22:26:00+00	queued		12
01a22444-22d3-7ea0-ae55-dd60cb26be3c	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	2026-11-28 22:26:00+00	sent		12
01a22444-22d3-7ea0-ae55-dd60cb26be3c	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	2026-11-28 22:26:00+00	skipped	no_consent	1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	2026-11-28 22:26:00+00	undelivered	unknown_number	1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_in_confirmation	01a22444-334f-7000-8c8f-989ee2af68de	2026-11-28 22:26:00+00	delivered		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_in_confirmation	01a22444-334f-7000-8c8f-989ee2af68de	2026-11-28 22:26:00+00	queued		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_in_confirmation	01a22444-334f-7000-8c8f-989ee2af68de	2026-11-28 22:26:00+00	sent		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_out_confirmation	01a22444-32a9-7000-876f-b330c0d67b31	2026-11-28 22:26:00+00	delivered		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_out_confirmation	01a22444-32a9-7000-876f-b330c0d67b31	2026-11-28 22:26:00+00	queued		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_out_confirmation	01a22444-32a9-7000-876f-b330c0d67b31	2026-11-28 22:26:00+00	sent		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_out_confirmation	01a22444-3319-7000-9ad1-673e5f50d6bd	2026-11-28 22:26:00+00	delivered		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_out_confirmation	01a22444-3319-7000-9ad1-673e5f50d6bd	2026-11-28 22:26:00+00	queued		1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	opt_out_confirmation	01a22444-3319-7000-9ad1-673e5f50d6bd	2026-11-28 22:26:00+00	sent		1
01a22444-28ec-7923-80cd-97b53e7550f7	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:26:00+00	delivered		1
01a22444-28ec-7923-80cd-97b53e7550f7	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:26:00+00	sent		1
\.
copy message_queue (workspace_id, sender_id, priority, seq, message_id, period_start, expires_at, consent_bit, resent) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	0	19	01a22444-3db5-74c1-91c2-a6e371ca74a4	2026-10-31 23:00:00+00	2026-11-30 22:26:21.749+00	\N	0
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	0	20	01a22444-3dca-7ddd-bcd7-ffc80cd88400	2026-10-31 23:00:00+00	2026-11-30 22:26:21.77+00	\N	0
\.
select setval(pg_get_serial_sequence('message_queue', 'seq'), (select max(seq) from message_queue));
copy messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id, sender_id, number, text, reason, carrier, carrier_reference, carrier_error, submitted_at, sent_at, final_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-72e1-85a8-419a1051fa0d	skipped	marketing	7	0	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2d14-7f1d-a3db-4f58944bce94	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4793000001		no_consent	\N	\N	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7374-862d-48e11ca8c873	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000001	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234510	Hei Åse0 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7000-a6cb-e54d15dcc85c	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-75bb-b7b9-01da30038761	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd0000000b	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234520	Hei Åse10 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7009-a419-cea3dc968419	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-77a0-b5bb-3cd5c1bebc63	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000003	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234512	Hei Åse2 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7002-806d-05c0628e5126	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7863-8bfd-d9d7c4ecf7f0	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000004	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234513	Hei Åse3 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7003-904f-535a9e0e5d1f	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7991-8c69-bc9c004a2d02	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000009	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234518	Hei Åse8 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7008-aeee-81cd91cce6e1	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.876+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-79af-ba9a-c80dd64513b6	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000007	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234516	Hei Åse6 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7006-aa51-0d091fa636c0	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.172+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-79e7-8528-8fe096a25aff	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd0000000c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234521	Hei Åse11 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-700a-b2b1-e3ce91a85b9c	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7aba-b4ae-ca6cc5d451d1	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd0000000a	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234519	Hei Åse9 🎉\nReply STOP to opt out	\N	sandbox	01a22444-3113-7000-a64e-cd5fdb6846bf	\N	2026-11-28 22:26:18.523+00	2026-11-28 22:26:18.523+00	2026-11-28 22:26:18.576+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7c60-989a-130f7eef770e	undelivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000002	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234511	Hei Åse1 🎉\nReply STOP to opt out	unknown_number	sandbox	01a22444-2e8e-7001-a350-a80e6dc07c14	30005	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.036+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7d1d-a853-0d56a092d8fe	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000006	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234515	Hei Åse5 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7005-b93c-26d6bd75b7be	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7e73-b603-792e2355ae6e	sent	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000008	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234517	Hei Åse7 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7007-9f53-382b29026bff	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7ed8-81ad-e2074bbeb082	delivered	marketing	u	1	campaign	01a22444-2dcd-74fb-93a6-7c8d44703683	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234514	Hei Åse4 🎉\nReply STOP to opt out	\N	sandbox	01a22444-2e8e-7004-a066-bd7a556fca98	\N	2026-11-28 22:26:17.886+00	2026-11-28 22:26:17.886+00	2026-11-28 22:26:18.148+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-32a9-7000-876f-b330c0d67b31	received	\N	7	1	inbound	\N	01a22444-2c43-7b26-8de2-6bfd00000003	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234512	STOP	stop	sandbox	01a22444-329c-7000-bea1-8f874b7edc3c	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-32b5-7f1d-a655-08ceb5bee308	delivered	transactional	7	1	opt_out_confirmation	01a22444-32a9-7000-876f-b330c0d67b31	01a22444-2c43-7b26-8de2-6bfd00000003	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234512	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a22444-32eb-7000-88a7-64d4db97b370	\N	2026-11-28 22:26:18.991+00	2026-11-28 22:26:18.991+00	2026-11-28 22:26:19.156+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-32ee-7000-9484-34b19560e008	received	\N	7	1	inbound	\N	01a22444-2c43-7b26-8de2-6bfd00000004	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234513	Hva koster det?	\N	sandbox	01a22444-32e1-7000-a2f1-f699a3f2658d	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3319-7000-9ad1-673e5f50d6bd	received	\N	7	1	inbound	\N	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234514	STOP	stop	sandbox	01a22444-3312-7000-bc20-687f551784aa	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3323-751c-bed7-d2c52414af19	delivered	transactional	7	1	opt_out_confirmation	01a22444-3319-7000-9ad1-673e5f50d6bd	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234514	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a22444-334a-7000-907a-2f8581bb957b	\N	2026-11-28 22:26:19.088+00	2026-11-28 22:26:19.088+00	2026-11-28 22:26:19.267+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-334f-7000-8c8f-989ee2af68de	received	\N	7	1	inbound	\N	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234514	START	start	sandbox	01a22444-3345-7000-b287-6706442a1ccc	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-335e-7494-9016-5417bbaed113	delivered	transactional	7	1	opt_in_confirmation	01a22444-334f-7000-8c8f-989ee2af68de	01a22444-2c43-7b26-8de2-6bfd00000005	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234514	Salongen: You are subscribed again. Reply STOP to unsubscribe.	\N	sandbox	01a22444-337d-7000-b404-fc71fe92ea16	\N	2026-11-28 22:26:19.136+00	2026-11-28 22:26:19.136+00	2026-11-28 22:26:19.307+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3395-7000-9f3b-3cdb8e2975d8	received	\N	7	1	inbound	\N	\N	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4799999999	Hei fra en ukjent	\N	sandbox	01a22444-3382-7000-8566-22f8716adce7	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-33a9-7d90-9f21-52fb8f254820	delivered	transactional	7	1	api	\N	01a22444-2c43-7b26-8de2-6bfd00000006	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234515	Timen din er klar	\N	sandbox	01a22444-33c6-7000-9533-6ee18dbb5abb	\N	2026-11-28 22:26:19.211+00	2026-11-28 22:26:19.211+00	2026-11-28 22:26:19.444+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3d06-7220-9afb-b83ebdb5f986	delivered	transactional	7	1	api	\N	\N	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	erased		\N	sandbox	\N	\N	2026-11-28 22:26:21.606+00	2026-11-28 22:26:21.606+00	2026-11-28 22:26:21.705+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3db5-74c1-91c2-a6e371ca74a4	queued	transactional	7	1	api	\N	01a22444-2c43-7b26-8de2-6bfd0000000b	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234520	Har du tid?	\N	\N	\N	\N	\N	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3dca-7ddd-bcd7-ffc80cd88400	queued	transactional	7	1	api	\N	01a22444-2c43-7b26-8de2-6bfd0000000c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4791234521	Vi sees i morgen	\N	\N	\N	\N	\N	\N	\N
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-2953-760e-88f8-2a8b6f87c5c5	delivered	transactional	7	1	api	\N	01a22444-291c-7e63-aea6-8a5c21eb106d	01a22444-28f6-7871-bff8-dd3ae1a70d44	+46701234567	Bilen är klar	\N	sandbox	01a22444-29cd-7000-a989-8f6ea4032e51	\N	2026-11-28 22:26:16.662+00	2026-11-28 22:26:16.662+00	2026-11-28 22:26:16.95+00
\.
copy opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at, recorded_by) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4722222222	01a22444-3cbe-713c-8978-681d059eb5f4	00000000-0000-0000-0000-000000000000	t	api	Ringte	2026-11-28 22:26:21.502+00	API_KEY
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234512	01a22444-329c-7af9-866b-a819e176c255	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	t	sms	STOP	2026-11-28 22:26:18.908+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234514	01a22444-3312-7503-aa26-7c74fb9368bb	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	t	sms	STOP	2026-11-28 22:26:19.026+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234514	01a22444-3345-7534-80c9-3b45382f1512	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	f	sms	START	2026-11-28 22:26:19.077+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4793000001	01a22444-3cbe-70fa-b473-06aa855436a0	00000000-0000-0000-0000-000000000000	t	api	Ringte	2026-11-28 22:26:21.502+00	API_KEY
\.
copy opt_outs (workspace_id, number, sender_id, at, source, evidence) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4722222222	00000000-0000-0000-0000-000000000000	2026-11-28 22:26:21.502+00	api	Ringte
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234512	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	2026-11-28 22:26:18.908+00	sms	STOP
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4793000001	00000000-0000-0000-0000-000000000000	2026-11-28 22:26:21.502+00	api	Ringte
\.
copy quota_periods (workspace_id, period_start, period_end, allowance, used, reserved) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	17	2
01a22444-28ec-7923-80cd-97b53e7550f7	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	1	0
\.
copy quota_usage (workspace_id, period_start, source_type, used) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	2026-10-31 23:00:00+00	api	2
01a22444-22d3-7ea0-ae55-dd60cb26be3c	2026-10-31 23:00:00+00	campaign	12
01a22444-22d3-7ea0-ae55-dd60cb26be3c	2026-10-31 23:00:00+00	opt_in_confirmation	1
01a22444-22d3-7ea0-ae55-dd60cb26be3c	2026-10-31 23:00:00+00	opt_out_confirmation	2
01a22444-28ec-7923-80cd-97b53e7550f7	2026-10-31 23:00:00+00	api	1
\.
copy retention_rules (workspace_id, text_months, ledger_months, texts_to, texts_gone_before, rows_gone_before) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	12	36	\N	\N	\N
\.
copy sandbox_mails (id, sender, recipient, subject, text, at) from stdin;
01a22444-29dd-7b2f-af05-271546f6ea3f	Varsla <no-reply@example.com>	ubesvart@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:45935/invitations/BnA2OD3tmZOzadSdV39KFPZMqRJKoEkEKPdKBeLp3w0\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:26:16.669+00
01a22444-2a06-712d-84bd-3edd583c9c67	Varsla <no-reply@example.com>	kari@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:45935/invitations/WQIaC0RHi22wSCoJ6yNlmlNLa1u3_VrzDf-iMeUa2DY\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:26:16.71+00
01a22444-3c1e-7002-9f59-af165814e6dd	Varsla <no-reply@example.com>	eier@example.com	Salongen: The quota is used up	The quota is used up\n16 of 15 segments are used, 0 reserved. The period ends 1 Dec 2026, 00:00.\n\nHow it stands now:\nhttp://127.0.0.1:45935/alerts\n	2026-11-28 22:26:21.342+00
\.
copy sandbox_messages (phone, id, outbound, address, text, workspace_id, message_id) from stdin;
+46701234567	01a22444-29cd-7000-a989-8f6ea4032e51	t	+46795001872	Bilen är klar	01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-2953-760e-88f8-2a8b6f87c5c5
+4791234510	01a22444-2e8e-7000-a6cb-e54d15dcc85c	t	+4740741584	Hei Åse0 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7374-862d-48e11ca8c873
+4791234511	01a22444-2e8e-7001-a350-a80e6dc07c14	t	+4740741584	Hei Åse1 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7c60-989a-130f7eef770e
+4791234512	01a22444-2e8e-7002-806d-05c0628e5126	t	+4740741584	Hei Åse2 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-77a0-b5bb-3cd5c1bebc63
+4791234512	01a22444-329c-7000-bea1-8f874b7edc3c	f	+4740741584	STOP	01a22444-22d3-7ea0-ae55-dd60cb26be3c	\N
+4791234512	01a22444-32eb-7000-88a7-64d4db97b370	t	+4740741584	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-32b5-7f1d-a655-08ceb5bee308
+4791234513	01a22444-2e8e-7003-904f-535a9e0e5d1f	t	+4740741584	Hei Åse3 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7863-8bfd-d9d7c4ecf7f0
+4791234513	01a22444-32e1-7000-a2f1-f699a3f2658d	f	+4740741584	Hva koster det?	01a22444-22d3-7ea0-ae55-dd60cb26be3c	\N
+4791234514	01a22444-2e8e-7004-a066-bd7a556fca98	t	+4740741584	Hei Åse4 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7ed8-81ad-e2074bbeb082
+4791234514	01a22444-3312-7000-bc20-687f551784aa	f	+4740741584	STOP	01a22444-22d3-7ea0-ae55-dd60cb26be3c	\N
+4791234514	01a22444-3345-7000-b287-6706442a1ccc	f	+4740741584	START	01a22444-22d3-7ea0-ae55-dd60cb26be3c	\N
+4791234514	01a22444-334a-7000-907a-2f8581bb957b	t	+4740741584	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3323-751c-bed7-d2c52414af19
+4791234514	01a22444-337d-7000-b404-fc71fe92ea16	t	+4740741584	Salongen: You are subscribed again. Reply STOP to unsubscribe.	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-335e-7494-9016-5417bbaed113
+4791234515	01a22444-2e8e-7005-b93c-26d6bd75b7be	t	+4740741584	Hei Åse5 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7d1d-a853-0d56a092d8fe
+4791234515	01a22444-33c6-7000-9533-6ee18dbb5abb	t	+4740741584	Timen din er klar	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-33a9-7d90-9f21-52fb8f254820
+4791234516	01a22444-2e8e-7006-aa51-0d091fa636c0	t	+4740741584	Hei Åse6 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-79af-ba9a-c80dd64513b6
+4791234517	01a22444-2e8e-7007-9f53-382b29026bff	t	+4740741584	Hei Åse7 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7e73-b603-792e2355ae6e
+4791234518	01a22444-2e8e-7008-aeee-81cd91cce6e1	t	+4740741584	Hei Åse8 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7991-8c69-bc9c004a2d02
+4791234519	01a22444-3113-7000-a64e-cd5fdb6846bf	t	+4740741584	Hei Åse9 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-7aba-b4ae-ca6cc5d451d1
+4791234520	01a22444-2e8e-7009-a419-cea3dc968419	t	+4740741584	Hei Åse10 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-75bb-b7b9-01da30038761
+4791234521	01a22444-2e8e-700a-b2b1-e3ce91a85b9c	t	+4740741584	Hei Åse11 🎉\nReply STOP to opt out	01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2e1e-79e7-8528-8fe096a25aff
+4799999999	01a22444-3382-7000-8566-22f8716adce7	f	+4740741584	Hei fra en ukjent	01a22444-22d3-7ea0-ae55-dd60cb26be3c	\N
\.
copy sandbox_phones (workspace_id, number, behaviour, error_code, delay_ms) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234511	fail	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234516	double_receipt	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234517	lose_receipt	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234518	early_receipt	\N	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	+4791234519	throttle	\N	\N
\.
copy senders (workspace_id, id, address, kind, can_receive, is_default, rate_per_second, created_at, carrier_id) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23b3-7d76-a7d0-2f19e2c15cd2	+4740741584	long_number	t	t	\N	2026-11-28 22:26:15.061338+00	\N
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c90-7611-ac07-1ef9aaaad013	Salong	alphanumeric	f	f	\N	2026-11-28 22:26:21.445414+00	01a22444-3c20-7f3c-891c-9e3d7a389173
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-28f6-7871-bff8-dd3ae1a70d44	+46795001872	long_number	t	t	\N	2026-11-28 22:26:16.428545+00	\N
\.
copy sessions (id, user_id, token, expires_at, ip_address, user_agent, created_at, updated_at) from stdin;
01a22444-28b2-7c05-932e-84568d9023ec	01a22444-22d3-70a1-9bd6-858fc434b218	FurVPoYdJXMbXSPP79QcNrrX6qbq2x1p	2026-12-12 22:26:16.367+00	127.0.0.1	node	2026-11-28 22:26:16.369+00	2026-11-28 22:26:16.369+00
01a22444-2c10-70a0-9e8a-88f9e1cb56dd	01a22444-2a5c-74ab-94ec-f727c44c121d	43pPNmlS4vn25mOwSe5KnDamW3A9877Q	2026-12-12 22:26:17.231+00	127.0.0.1	node	2026-11-28 22:26:17.232+00	2026-11-28 22:26:17.232+00
\.
copy subscription_types (workspace_id, id, key, name, needs_consent, "bit", created_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23a4-7191-8926-27f5119fbe83	transactional	Transactional	f	2	2026-11-28 22:26:15.076+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23a4-7409-abcc-d961c183afe8	marketing	Marketing	t	0	2026-11-28 22:26:15.076+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-23a4-78cc-8ccd-45aa61f673ae	event_info	Event info	t	1	2026-11-28 22:26:15.076+00
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-2d57-79d9-b7a1-16d454655cbf	nyhetsbrev	Nyhetsbrev	t	3	2026-11-28 22:26:17.559+00
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-28f0-7b14-9e69-b272edca3c91	event_info	Evenemangsinfo	t	1	2026-11-28 22:26:16.432+00
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-28f0-7d36-ad7a-a0a0c8c56ac8	transactional	Transaktionellt	f	2	2026-11-28 22:26:16.432+00
01a22444-28ec-7923-80cd-97b53e7550f7	01a22444-28f0-7eb5-84f8-74d55a542f21	marketing	Marknadsföring	t	0	2026-11-28 22:26:16.432+00
\.
copy users (id, name, email, email_verified, image, created_at, updated_at) from stdin;
01a22444-22d3-70a1-9bd6-858fc434b218	Eier	eier@example.com	t	\N	2026-11-28 22:26:14.867+00	2026-11-28 22:26:14.867+00
01a22444-2a5c-74ab-94ec-f727c44c121d	Kari Nordmann	kari@example.com	t	\N	2026-11-28 22:26:16.796+00	2026-11-28 22:26:16.796+00
\.
copy webhook_deliveries (workspace_id, id, webhook_id, event, body, state, tries, next_at, taken_until, history) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c74-7ecb-b5b8-4d69d102ae29	01a22444-3c5a-70ba-9dc6-a49a17a093f5	webhook.test	{"type":"webhook.test","timestamp":"2026-11-28T22:26:21.428Z","data":{"workspace_id":"01a22444-22d3-7ea0-ae55-dd60cb26be3c","webhook_id":"01a22444-3c5a-70ba-9dc6-a49a17a093f5"}}	waiting	0	2026-11-28 22:26:21.428+00	\N	[]
\.
copy webhooks (workspace_id, id, url, events, enabled, secrets, failing_since, disabled_at, last_error, created_at, updated_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	01a22444-3c5a-70ba-9dc6-a49a17a093f5	https://hooks.example.invalid/varsla	{alert.raised}	t	\\x01a68f44403cf596f9ffdf37373b6645aaecffbdb528b9476bcc820abee46520f0704d37048ed505e1d64eb920dceee49c9a5deeda89614c5bcab701e4e5336781ee80be1866e90317fe4053f7c80410984265bba274f7163d45f67e0435906fbc30349ba07ff4b8c8221be94d	\N	\N	\N	2026-11-28 22:26:21.402+00	2026-11-28 22:26:21.402+00
\.
copy workspaces (workspace_id, name, country, time_zone, language, opt_out_text, help_text, opt_out_confirmation, opt_in_confirmation, allowance, renewal_day, created_at) from stdin;
01a22444-22d3-7ea0-ae55-dd60cb26be3c	Salongen	NO	Europe/Oslo	en	Reply STOP to opt out	Salongen: Reply STOP to get no more texts from us, START to get them again.	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	Salongen: You are subscribed again. Reply STOP to unsubscribe.	10000	1	2026-11-28 22:26:14.867+00
01a22444-28ec-7923-80cd-97b53e7550f7	Verkstedet	SE	Europe/Stockholm	sv	Svara STOPP för att avregistrera dig	Verkstedet: Svara STOPP för att slippa fler sms från oss, START för att få dem igen.	Verkstedet: Du är avregistrerad och får inga fler sms från oss. Svara START för att få dem igen.	Verkstedet: Du är registrerad igen. Svara STOPP för att avregistrera dig.	10000	1	2026-11-28 22:26:16.428+00
\.
