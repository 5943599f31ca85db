create table if not exists messages_2026_11 partition of messages FOR VALUES FROM ('01a19467-e800-7000-8000-000000000000') TO ('01a22ee6-b000-7000-8000-000000000000');
create table if not exists messages_2026_12 partition of messages FOR VALUES FROM ('01a22ee6-b000-7000-8000-000000000000') TO ('01a2ce8b-d400-7000-8000-000000000000');
create table if not exists messages_2027_01 partition of messages FOR VALUES FROM ('01a2ce8b-d400-7000-8000-000000000000') TO ('01a36e30-f800-7000-8000-000000000000');
create table if not exists messages_2027_02 partition of messages FOR VALUES FROM ('01a36e30-f800-7000-8000-000000000000') TO ('01a3fe63-0800-7000-8000-000000000000');
create table if not exists smpp_references_2026_11_23 partition of smpp_references FOR VALUES FROM ('2026-11-23 00:00:00+00') TO ('2026-11-30 00:00:00+00');
create table if not exists smpp_references_2026_11_30 partition of smpp_references FOR VALUES FROM ('2026-11-30 00:00:00+00') TO ('2026-12-07 00:00:00+00');
copy accounts (id, user_id, account_id, provider_id, password, access_token, refresh_token, id_token, access_token_expires_at, refresh_token_expires_at, scope, created_at, updated_at) from stdin;
01a22453-3ab7-71a1-9f71-1bcdb2731b62	01a22453-3ab7-7a5f-8c76-d663cfc4c4f1	01a22453-3ab7-7a5f-8c76-d663cfc4c4f1	credential	f0a1f72b09efb64ac4bedd66b1fc075a:0a5f4d867e8e655588fd5bb30a2ec05713134a8765ca63bae058a9d7d541d3dc20931b51d0c5e41fbc777af683c187b1b759729cee74a5e92fe9ad72eea175ca	\N	\N	\N	\N	\N	\N	2026-11-28 22:42:44.023+00	2026-11-28 22:42:44.023+00
01a22453-40f5-7b9f-a3cc-2d6f3648601a	01a22453-40f5-739d-bf05-d6071e21247b	01a22453-40f5-739d-bf05-d6071e21247b	credential	e0d34d926a6093dca7a3f46bb18fd2e9:555b5b2afad5863f19b59628fbabc0754fb0b575dd9d6198ac45e3e68ee42274ea070189b4616b75d3ab2de8f30eabf15e1e91f35023b8d194144cb94ffdb1e2	\N	\N	\N	\N	\N	\N	2026-11-28 22:42:45.621+00	2026-11-28 22:42:45.621+00
\.
copy alert_watch (one, looked_at) from stdin;
t	2026-11-28 22:42:50.011+00
\.
copy alerts (workspace_id, id, kind, subject, severity, params, raised_at, clear_since, resolved_at, mailed_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-5279-716e-afb7-1abcd802727a	quota	1793487600 15 50	info	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 50, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:42:50.055+00	\N	2026-11-28 22:42:50.055+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-5297-70b8-869a-ad2ebf97b4b6	quota	1793487600 15 80	warning	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 80, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:42:50.055+00	\N	2026-11-28 22:42:50.055+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52a1-7364-8b73-d52297e792e4	quota	1793487600 15 90	warning	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 90, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:42:50.055+00	\N	2026-11-28 22:42:50.055+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52ab-763d-83b4-20a61b28e44f	quota	1793487600 15 100	critical	{"used": 16, "reserved": 0, "allowance": 15, "threshold": 100, "period_end": "2026-11-30T23:00:00.000Z"}	2026-11-28 22:42:50.055+00	\N	\N	2026-11-28 22:42:50.074+00
\.
copy api_keys (workspace_id, id, name, prefix, key_hash, role, scopes, created_at, last_used_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3ab7-77bb-8a19-3420a269e43d	API_KEY	a-key-fo	uEe_SE5GCfqVUkzuBPS5NYHa7MyfVxjbLikvr_WNy7c	super_admin	{workspace:read,workspace:write,people:read,people:write,api-keys:write,subscription:read,subscription:write,contacts:read,contacts:write,consent:read,consent:write,messages:read,messages:send,campaigns:read,campaigns:write,campaigns:send,senders:read,sms-setup:write,sandbox:use}	2026-11-28 22:42:44.023+00	2026-11-28 22:42:45.403+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4026-7780-be9c-954b5f47570d	Kasse	vk_Kw8Fg	6N1QuWyJ7LENSKQsZHdMVmrYo1m0ZFirJYSIqDUCoaw	super_admin	{messages:send}	2026-11-28 22:42:45.414+00	\N
\.
copy attempts (key, count, window_ends) from stdin;
6NVU68QqGR5fFmzM-I3OokeOhhIp-JS1KjVMrbrS8xM	0	2026-11-28 22:57:44.904+00
b7faPlY5KHRQ4Ee5cYC3KGUEbyUGlBuHUbHkZV2mpQ4	0	2026-11-28 22:57:45.618+00
eFnvRZ0YOJ-JDP765tFb7X4fLp20nmqEzFL4PwVOwio	0	2026-11-28 23:42:44.904+00
yWdG1GKltD0Q4CCmokj0GX0tdAkU7lnAOBPfATUGCKc	0	2026-11-28 23:42:45.618+00
\.
copy campaigns (workspace_id, id, name, status, text, sender_id, subscription_type_id, include, exclude, opt_out_text, created_by, created_by_name, error, created_at, updated_at, sent_at, sent_opt_out_text, period_start, planned, skipped, reserved, prepared_to, prepared_at, progress_at, finished_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-438f-7a70-b982-4ab64c529ab0	Høst	sent	Hei {{ contact.first_name }} 🎉	01a22453-3b57-7333-9fd6-ca60b9fb30db	01a22453-3b4c-7bd7-8988-ece407e74361	{"lists": ["01a22453-4260-727d-88b2-77470ef61f14"], "contacts": ["01a22453-4314-76db-b04c-5c8669d7f189"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:42:46.287+00	2026-11-28 22:42:47.403+00	2026-11-28 22:42:46.349+00	Reply STOP to opt out	2026-10-31 23:00:00+00	12	1	0	01a22453-4314-76db-b04c-5c8669d7f189	2026-11-28 22:42:46.445+00	2026-11-28 22:42:46.445+00	2026-11-28 22:42:47.403+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4827-789a-8f78-c9462cc56742	Utkast	draft	Kladd	\N	01a22453-3b4c-7bd7-8988-ece407e74361	{"lists": [], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:42:47.463+00	2026-11-28 22:42:47.463+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-497c-7b0a-af65-5faba0e8c848	For stor	draft	Hei {{ contact.first_name }} 🎉	\N	01a22453-3b4c-7bd7-8988-ece407e74361	{"lists": ["01a22453-4260-727d-88b2-77470ef61f14"], "contacts": ["01a22453-4314-76db-b04c-5c8669d7f189"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:42:47.804+00	2026-11-28 22:42:47.804+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-5410-7beb-96e9-4af7931e0a79	Jul	preparing	God jul!	01a22453-3b57-7333-9fd6-ca60b9fb30db	01a22453-3b4c-7bd7-8988-ece407e74361	{"lists": ["01a22453-4260-727d-88b2-77470ef61f14"], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:42:50.512+00	2026-11-28 22:42:50.553+00	2026-11-28 22:42:50.553+00	Reply STOP to opt out	\N	\N	0	0	\N	\N	2026-11-28 22:42:50.553+00	\N
\.
copy carrier_routes (workspace_id, country, carrier_ids) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	SE	{01a22453-52a0-7b13-b9e8-15a306146062,01a22453-52b7-7083-9f29-8c205eee6161}
\.
copy carriers (workspace_id, id, kind, name, enabled, is_default, settings, secrets, created_at, updated_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52a0-7b13-b9e8-15a306146062	smpp	Leverandør	f	t	{"tls": "off", "gsm7": "gsm", "host": "smsc.example.com", "mode": "transceiver", "port": 2775, "binds": 1, "rates": {"short_code": null, "long_number": null, "alphanumeric": null}, "window": 50, "receipts": "all", "validity": "relative", "system_id": "varsla", "long_texts": "udh", "source_npi": "auto", "source_ton": "auto", "receipt_ids": "same", "system_type": "", "inbound_gsm7": "same", "service_type": "", "reference_tlv": null, "destination_npi": "auto", "destination_ton": "auto", "response_seconds": 30, "enquire_link_seconds": 30}	\\x01e608366dc9386a553e9a1900a14bbc51b7546557af0a25f2bdf76fcb0d6d95777a316daae5f06b6215df857b163ee2b5a608d6	2026-11-28 22:42:50.142636+00	2026-11-28 22:42:50.142636+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52b7-7083-9f29-8c205eee6161	twilio	Twilio	f	f	{"rates": {"short_code": 100, "long_number": 10, "alphanumeric": 10, "north_american": 1}, "account_sid": "AC00000000000000000000000000000000", "api_key_sid": null, "messaging_service_sid": null}	\\x0154f38c0b0af6f76a2e1b1f0ef86b9cba94cd86b27ab6e3e0b4985824fa5d84d1d075018762f1f34e19492a94e51cebe726565f18a4a2245b85445a2a7f5b1f8a986d4d5cca182e8ddf52fe72f35aeaf584cb4c6ca8a8f0f7a6bc7395ee08909e8f65fe	2026-11-28 22:42:50.164893+00	2026-11-28 22:42:50.164893+00
\.
copy consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at, recorded_at, recorded_by) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000001	01a22453-426d-7917-9b1d-554c00000001	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000002	01a22453-426d-7917-9b1d-554c00000002	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000003	01a22453-426d-7917-9b1d-554c00000003	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000004	01a22453-426d-7917-9b1d-554c00000004	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000005	01a22453-426d-7917-9b1d-554c00000005	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000006	01a22453-426d-7917-9b1d-554c00000006	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000007	01a22453-426d-7917-9b1d-554c00000007	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000008	01a22453-426d-7917-9b1d-554c00000008	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000009	01a22453-426d-7917-9b1d-554c00000009	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c0000000a	01a22453-426d-7917-9b1d-554c0000000a	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c0000000b	01a22453-426d-7917-9b1d-554c0000000b	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c0000000c	01a22453-426d-7917-9b1d-554c0000000c	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	Skjema	\N	2026-11-28 22:42:45.997+00	2026-11-28 22:42:45.997+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4323-76bd-ab7c-021fbcbb135d	01a22453-4314-76db-b04c-5c8669d7f189	01a22453-3b4c-7bd7-8988-ece407e74361	sms	t	web	Skjema: grant	2026-11-28 22:42:46.179+00	2026-11-28 22:42:46.179+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4335-7d25-8209-d8bfdb69665a	01a22453-4314-76db-b04c-5c8669d7f189	01a22453-3b4c-7bd7-8988-ece407e74361	sms	f	web	Skjema: withdraw	2026-11-28 22:42:46.197+00	2026-11-28 22:42:46.197+00	API_KEY
\.
copy contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone, marketing, sms_consents, properties, created_at, updated_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000001	+4791234510	mobile	\N	\N	a0@example.com	Åse0	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000002	+4791234511	mobile	\N	\N	a1@example.com	Åse1	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000003	+4791234512	mobile	\N	\N	a2@example.com	Åse2	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000004	+4791234513	mobile	\N	\N	a3@example.com	Åse3	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000005	+4791234514	mobile	\N	\N	a4@example.com	Åse4	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000006	+4791234515	mobile	\N	\N	a5@example.com	Åse5	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000007	+4791234516	mobile	\N	\N	a6@example.com	Åse6	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000008	+4791234517	mobile	\N	\N	a7@example.com	Åse7	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c00000009	+4791234518	mobile	\N	\N	a8@example.com	Åse8	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c0000000a	+4791234519	mobile	\N	\N	a9@example.com	Åse9	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c0000000b	+4791234520	mobile	\N	\N	a10@example.com	Åse10	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c0000000c	+4791234521	mobile	\N	\N	a11@example.com	Åse11	Øye	\N	\N	t	1	{}	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.08+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4314-76db-b04c-5c8669d7f189	+4793000001	mobile	+4722222222	landline	ola@example.com	Ola	\N	\N	\N	t	0	{"plan": "gull", "siden": 2019}	2026-11-28 22:42:46.164+00	2026-11-28 22:42:46.164+00
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3fab-774c-adfd-834e9a70dfe1	+46701234567	mobile	\N	\N	\N	Sven	\N	\N	\N	t	0	{}	2026-11-28 22:42:45.291+00	2026-11-28 22:42:45.291+00
\.
copy dispatch_journal (workspace_id, sender_id, id, seqs, carrier_id) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b57-7333-9fd6-ca60b9fb30db	01a22453-53fa-7453-a595-f1232b87004b	{19}	\N
\.
copy erasures (workspace_id, id, contact_id, number_hashes, requested_at, requested_by, began_in, numbers, swept_to, messages, finished_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-538f-737b-9a40-4027d10ff1c3	01a22453-533e-734b-af92-05f39ebef769	{7630589d63c6f6c52b886548dc4b3cc0a581001e5ea54bfb7b1fdf03b27eb1c9}	2026-11-28 22:42:50.383+00	API_KEY	980	{+4793000010}	\N	1	\N
\.
copy idempotency_keys (workspace_id, key, fingerprint, answer, created_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	en-gang	_kwAQ0r2L3xVErCUHznitvWZaczYS7tAzLMg-SUQJfA	{"body": {"id": "01a22453-491e-7065-abe8-5bc3c5b061b7", "status": "queued", "segments": 1}, "status": 202}	2026-11-28 22:42:47.71+00
\.
copy import_rejections (workspace_id, import_id, "row", reason, value, line) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c2e31bf84	13	invalid_mobile	12	{Feil,Feil,12,"",""}
\.
copy imports (workspace_id, id, status, file_name, options, rows, created, updated, unchanged, rejected, merged_to, prepared, heard_at, error, created_by, created_at, finished_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-426d-7917-9b1d-554c2e31bf84	done	\N	{"list": "01a22453-4260-727d-88b2-77470ef61f14", "columns": ["First name", "Last name", "Mobile", "E-mail", "City"], "consent_bit": 0, "consent_date": null, "consent_column": false, "consent_source": "Skjema", "subscription_type_id": "01a22453-3b4c-7bd7-8988-ece407e74361"}	13	12	0	0	1	39	t	2026-11-28 22:42:46.119049+00	\N	API_KEY	2026-11-28 22:42:45.997+00	2026-11-28 22:42:46.119+00
\.
copy inbound_seen (workspace_id, carrier, carrier_reference, message_id) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	sandbox	01a22453-483d-7000-a606-0cb26442914a	01a22453-4845-7000-9303-d4c65010854c
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	sandbox	01a22453-4869-7000-9abc-f83c70c76fea	01a22453-487b-7000-8b75-9529ff4bcf23
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	sandbox	01a22453-488f-7000-bc07-07652a3e5e6e	01a22453-4896-7000-914d-2109b8440c2e
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	sandbox	01a22453-48c5-7000-a9c6-7c6a87d6d8ee	01a22453-48d8-7000-b1ce-c70681eb850f
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	sandbox	01a22453-4903-7000-95c4-1e9635e4e601	01a22453-490e-7000-8e0d-bf1577b1cfb4
\.
copy invitations (workspace_id, id, email, role, sms_setup, token_hash, invited_by, created_at, expires_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4038-786a-a7d7-763c170e3f52	ubesvart@example.com	viewer	f	tRL44HjfUqTDFs1XT56C3MTwlmZo7-JHB-XSI7SGX2A	API_KEY	2026-11-28 22:42:45.432+00	2026-12-05 22:42:45.432+00
\.
copy lanes (workspace_id, sender_id, has_work, leased_by, leased_until, next_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b57-7333-9fd6-ca60b9fb30db	t	01a22453-3ba7-7715-a8c6-dd48bdb44465	2026-11-28 22:43:00.325107+00	2026-11-28 22:42:47.085+00
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3f8e-702f-8f7c-1bb2d5aef6e6	f	\N	2026-11-28 22:42:47.535785+00	\N
\.
copy list_members (workspace_id, list_id, contact_id) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000001
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000002
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000003
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000004
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000005
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000006
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000007
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000008
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c00000009
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c0000000a
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c0000000b
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	01a22453-426d-7917-9b1d-554c0000000c
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4350-71fa-b517-b4b99d19957d	01a22453-4314-76db-b04c-5c8669d7f189
\.
copy lists (workspace_id, id, name, members, created_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4260-727d-88b2-77470ef61f14	Kunder	12	2026-11-28 22:42:45.984+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-434a-7e74-b267-c4fb81a7dab1	Tom	0	2026-11-28 22:42:46.218+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4350-71fa-b517-b4b99d19957d	Faste	1	2026-11-28 22:42:46.224+00
\.
copy memberships (workspace_id, user_id, role, sms_setup, created_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3ab7-7a5f-8c76-d663cfc4c4f1	super_admin	t	2026-11-28 22:42:44.023+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-40f5-739d-bf05-d6071e21247b	marketer	f	2026-11-28 22:42:45.621+00
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3ab7-7a5f-8c76-d663cfc4c4f1	super_admin	t	2026-11-28 22:42:45.242+00
\.
copy message_counts (workspace_id, source_type, source_id, minute, status, reason, n) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:42:00+00	delivered		2
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:42:00+00	sent		2
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	2026-11-28 22:42:00+00	delivered		10
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	2026-11-28 22:42:00+00	opted_out		2
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	2026-11-28 22:42:00+00	queued		12
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	2026-11-28 22:42:00+00	sent		12
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	2026-11-28 22:42:00+00	skipped	no_consent	1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	2026-11-28 22:42:00+00	undelivered	unknown_number	1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_in_confirmation	01a22453-48d8-7000-b1ce-c70681eb850f	2026-11-28 22:42:00+00	delivered		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_in_confirmation	01a22453-48d8-7000-b1ce-c70681eb850f	2026-11-28 22:42:00+00	queued		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_in_confirmation	01a22453-48d8-7000-b1ce-c70681eb850f	2026-11-28 22:42:00+00	sent		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_out_confirmation	01a22453-4845-7000-9303-d4c65010854c	2026-11-28 22:42:00+00	delivered		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_out_confirmation	01a22453-4845-7000-9303-d4c65010854c	2026-11-28 22:42:00+00	queued		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_out_confirmation	01a22453-4845-7000-9303-d4c65010854c	2026-11-28 22:42:00+00	sent		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_out_confirmation	01a22453-4896-7000-914d-2109b8440c2e	2026-11-28 22:42:00+00	delivered		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_out_confirmation	01a22453-4896-7000-914d-2109b8440c2e	2026-11-28 22:42:00+00	queued		1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	opt_out_confirmation	01a22453-4896-7000-914d-2109b8440c2e	2026-11-28 22:42:00+00	sent		1
01a22453-3f7a-7265-b874-e50b8101f735	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:42:00+00	delivered		1
01a22453-3f7a-7265-b874-e50b8101f735	api	00000000-0000-0000-0000-000000000000	2026-11-28 22:42:00+00	sent		1
\.
copy message_queue (workspace_id, sender_id, priority, seq, message_id, period_start, expires_at, consent_bit, resent) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b57-7333-9fd6-ca60b9fb30db	0	19	01a22453-53ec-7874-9b4a-0ef4f44eb16b	2026-10-31 23:00:00+00	2026-11-30 22:42:50.476+00	\N	0
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b57-7333-9fd6-ca60b9fb30db	0	20	01a22453-53fa-71a5-b5c2-4a28a5898377	2026-10-31 23:00:00+00	2026-11-30 22:42:50.49+00	\N	0
\.
select setval(pg_get_serial_sequence('message_queue', 'seq'), 20);
copy messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id, sender_id, number, text, reason, carrier, carrier_reference, carrier_error, submitted_at, sent_at, final_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7253-a47f-971911bd446b	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c0000000a	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234519	Hei Åse9 🎉\nReply STOP to opt out	\N	sandbox	01a22453-46b5-7000-865b-289c0297a4be	\N	2026-11-28 22:42:47.095+00	2026-11-28 22:42:47.095+00	2026-11-28 22:42:47.19+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-72c0-ab23-13d89569b4e2	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c0000000c	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234521	Hei Åse11 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-700a-8f03-a2520353f735	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7364-a6f6-3ea07b14a7cb	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c0000000b	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234520	Hei Åse10 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7009-bd50-79c4604422c0	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-751b-85f6-ca7c772f8162	sent	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000008	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234517	Hei Åse7 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7007-b32b-537277adbb36	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-77a6-b751-5d788b4b42d9	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000005	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234514	Hei Åse4 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7004-9cda-05415548bad6	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-77fa-8776-a0184b3b5836	undelivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000002	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234511	Hei Åse1 🎉\nReply STOP to opt out	unknown_number	sandbox	01a22453-443c-7001-8376-dbf524989bac	30005	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.549+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7953-8a85-786d2f2adcfe	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000006	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234515	Hei Åse5 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7005-8487-e84c2a764713	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7997-86ed-10a664371e6f	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000001	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234510	Hei Åse0 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7000-9df1-08139b156e50	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7a69-85fd-a1cc92a1e6e6	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000007	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234516	Hei Åse6 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7006-9172-403ec7b93408	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.725+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7af7-99fb-4030518586c8	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000003	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234512	Hei Åse2 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7002-a65f-4d283ec1a596	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7d42-9604-d0769ac6cd79	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000004	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234513	Hei Åse3 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7003-aa1b-66a7b7421d01	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.696+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7d68-8aa7-5cbcafb49c95	skipped	marketing	7	0	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-4314-76db-b04c-5c8669d7f189	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4793000001		no_consent	\N	\N	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7eb3-b39a-d37aed18f997	delivered	marketing	u	1	campaign	01a22453-438f-7a70-b982-4ab64c529ab0	01a22453-426d-7917-9b1d-554c00000009	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234518	Hei Åse8 🎉\nReply STOP to opt out	\N	sandbox	01a22453-443c-7008-a8f0-18e9cc9a9e74	\N	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.473+00	2026-11-28 22:42:46.466+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4845-7000-9303-d4c65010854c	received	\N	7	1	inbound	\N	01a22453-426d-7917-9b1d-554c00000003	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234512	STOP	stop	sandbox	01a22453-483d-7000-a606-0cb26442914a	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-484e-7739-b9ab-394ee7aba78a	delivered	transactional	7	1	opt_out_confirmation	01a22453-4845-7000-9303-d4c65010854c	01a22453-426d-7917-9b1d-554c00000003	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234512	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a22453-486a-7000-a89e-43beac81afb3	\N	2026-11-28 22:42:47.537+00	2026-11-28 22:42:47.537+00	2026-11-28 22:42:47.831+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-487b-7000-8b75-9529ff4bcf23	received	\N	7	1	inbound	\N	01a22453-426d-7917-9b1d-554c00000004	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234513	Hva koster det?	\N	sandbox	01a22453-4869-7000-9abc-f83c70c76fea	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4896-7000-914d-2109b8440c2e	received	\N	7	1	inbound	\N	01a22453-426d-7917-9b1d-554c00000005	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234514	STOP	stop	sandbox	01a22453-488f-7000-bc07-07652a3e5e6e	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-489d-771d-a4c9-9637f2359575	delivered	transactional	7	1	opt_out_confirmation	01a22453-4896-7000-914d-2109b8440c2e	01a22453-426d-7917-9b1d-554c00000005	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234514	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a22453-48b9-7000-8b49-647a96475e52	\N	2026-11-28 22:42:47.624+00	2026-11-28 22:42:47.624+00	2026-11-28 22:42:47.688+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-48d8-7000-b1ce-c70681eb850f	received	\N	7	1	inbound	\N	01a22453-426d-7917-9b1d-554c00000005	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234514	START	start	sandbox	01a22453-48c5-7000-a9c6-7c6a87d6d8ee	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-48e3-766f-84f8-2bf1e5fcc07e	delivered	transactional	7	1	opt_in_confirmation	01a22453-48d8-7000-b1ce-c70681eb850f	01a22453-426d-7917-9b1d-554c00000005	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234514	Salongen: You are subscribed again. Reply STOP to unsubscribe.	\N	sandbox	01a22453-48f9-7000-a70d-62314ca07824	\N	2026-11-28 22:42:47.678+00	2026-11-28 22:42:47.678+00	2026-11-28 22:42:47.929+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-490e-7000-8e0d-bf1577b1cfb4	received	\N	7	1	inbound	\N	\N	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4799999999	Hei fra en ukjent	\N	sandbox	01a22453-4903-7000-95c4-1e9635e4e601	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-491e-7065-abe8-5bc3c5b061b7	delivered	transactional	7	1	api	\N	01a22453-426d-7917-9b1d-554c00000006	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234515	Timen din er klar	\N	sandbox	01a22453-4936-7000-98c6-2842b67f24ad	\N	2026-11-28 22:42:47.736+00	2026-11-28 22:42:47.736+00	2026-11-28 22:42:47.911+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-534a-730d-901f-13d58f882aaf	delivered	transactional	7	1	api	\N	01a22453-533e-734b-af92-05f39ebef769	01a22453-3b57-7333-9fd6-ca60b9fb30db	erased		\N	sandbox	01a22453-5361-7000-a1de-682663a609a5	\N	2026-11-28 22:42:50.34+00	2026-11-28 22:42:50.34+00	2026-11-28 22:42:50.467+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-53ec-7874-9b4a-0ef4f44eb16b	queued	transactional	7	1	api	\N	01a22453-426d-7917-9b1d-554c0000000b	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234520	Har du tid?	\N	\N	\N	\N	\N	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-53fa-71a5-b5c2-4a28a5898377	queued	transactional	7	1	api	\N	01a22453-426d-7917-9b1d-554c0000000c	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4791234521	Vi sees i morgen	\N	\N	\N	\N	\N	\N	\N
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3fd0-72ea-80e6-eb35110cd59b	delivered	transactional	7	1	api	\N	01a22453-3fab-774c-adfd-834e9a70dfe1	01a22453-3f8e-702f-8f7c-1bb2d5aef6e6	+46701234567	Bilen är klar	\N	sandbox	01a22453-4049-7000-8d2f-68538338310a	\N	2026-11-28 22:42:45.456+00	2026-11-28 22:42:45.456+00	2026-11-28 22:42:45.659+00
\.
copy opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at, recorded_by) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4722222222	01a22453-531a-79bb-bcc5-c8306372dc90	00000000-0000-0000-0000-000000000000	t	api	Ringte	2026-11-28 22:42:50.266+00	API_KEY
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234512	01a22453-483d-77d7-8003-dc895ad7cb55	01a22453-3b57-7333-9fd6-ca60b9fb30db	t	sms	STOP	2026-11-28 22:42:47.485+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234514	01a22453-488f-7a4d-9731-c6ef294b830d	01a22453-3b57-7333-9fd6-ca60b9fb30db	t	sms	STOP	2026-11-28 22:42:47.567+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234514	01a22453-48c5-7a65-8683-0e02b8c74ad9	01a22453-3b57-7333-9fd6-ca60b9fb30db	f	sms	START	2026-11-28 22:42:47.621+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4793000001	01a22453-531a-7932-89fc-5adaf56937cc	00000000-0000-0000-0000-000000000000	t	api	Ringte	2026-11-28 22:42:50.266+00	API_KEY
\.
copy opt_outs (workspace_id, number, sender_id, at, source, evidence) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4722222222	00000000-0000-0000-0000-000000000000	2026-11-28 22:42:50.266+00	api	Ringte
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234512	01a22453-3b57-7333-9fd6-ca60b9fb30db	2026-11-28 22:42:47.485+00	sms	STOP
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4793000001	00000000-0000-0000-0000-000000000000	2026-11-28 22:42:50.266+00	api	Ringte
\.
copy quota_periods (workspace_id, period_start, period_end, allowance, used, reserved) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	17	2
01a22453-3f7a-7265-b874-e50b8101f735	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	1	0
\.
copy quota_usage (workspace_id, period_start, source_type, used) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	2026-10-31 23:00:00+00	api	2
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	2026-10-31 23:00:00+00	campaign	12
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	2026-10-31 23:00:00+00	opt_in_confirmation	1
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	2026-10-31 23:00:00+00	opt_out_confirmation	2
01a22453-3f7a-7265-b874-e50b8101f735	2026-10-31 23:00:00+00	api	1
\.
copy retention_rules (workspace_id, text_months, ledger_months, texts_to, texts_gone_before, rows_gone_before) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	12	36	\N	\N	\N
\.
copy sandbox_mails (id, sender, recipient, subject, text, at) from stdin;
01a22453-4072-7c29-bdbc-9550b30c02a5	Varsla <no-reply@example.com>	ubesvart@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:40821/invitations/1EopwMGVi-WBfZnTSL7_Pnpw9LZFZVWyN-wwXxKKzDM\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:42:45.49+00
01a22453-40a0-7b1a-91ff-34b10138a88c	Varsla <no-reply@example.com>	kari@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:40821/invitations/cSH5jHi3davc8S3CKQwBoUDIXyITx_7ErvyIhSiG4xw\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:42:45.536+00
01a22453-5274-79a4-9b0d-1bdee1bed144	Varsla <no-reply@example.com>	eier@example.com	Salongen: The quota is used up	The quota is used up\n16 of 15 segments are used, 0 reserved. The period ends 1 Dec 2026, 00:00.\n\nHow it stands now:\nhttp://127.0.0.1:40821/alerts\n	2026-11-28 22:42:50.1+00
\.
copy sandbox_messages (phone, id, outbound, address, text, workspace_id, message_id) from stdin;
+46701234567	01a22453-4049-7000-8d2f-68538338310a	t	+46708417995	Bilen är klar	01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3fd0-72ea-80e6-eb35110cd59b
+4791234510	01a22453-443c-7000-9df1-08139b156e50	t	+4748627040	Hei Åse0 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7997-86ed-10a664371e6f
+4791234511	01a22453-443c-7001-8376-dbf524989bac	t	+4748627040	Hei Åse1 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-77fa-8776-a0184b3b5836
+4791234512	01a22453-443c-7002-a65f-4d283ec1a596	t	+4748627040	Hei Åse2 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7af7-99fb-4030518586c8
+4791234512	01a22453-483d-7000-a606-0cb26442914a	f	+4748627040	STOP	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	\N
+4791234512	01a22453-486a-7000-a89e-43beac81afb3	t	+4748627040	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-484e-7739-b9ab-394ee7aba78a
+4791234513	01a22453-443c-7003-aa1b-66a7b7421d01	t	+4748627040	Hei Åse3 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7d42-9604-d0769ac6cd79
+4791234513	01a22453-4869-7000-9abc-f83c70c76fea	f	+4748627040	Hva koster det?	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	\N
+4791234514	01a22453-443c-7004-9cda-05415548bad6	t	+4748627040	Hei Åse4 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-77a6-b751-5d788b4b42d9
+4791234514	01a22453-488f-7000-bc07-07652a3e5e6e	f	+4748627040	STOP	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	\N
+4791234514	01a22453-48b9-7000-8b49-647a96475e52	t	+4748627040	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-489d-771d-a4c9-9637f2359575
+4791234514	01a22453-48c5-7000-a9c6-7c6a87d6d8ee	f	+4748627040	START	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	\N
+4791234514	01a22453-48f9-7000-a70d-62314ca07824	t	+4748627040	Salongen: You are subscribed again. Reply STOP to unsubscribe.	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-48e3-766f-84f8-2bf1e5fcc07e
+4791234515	01a22453-443c-7005-8487-e84c2a764713	t	+4748627040	Hei Åse5 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7953-8a85-786d2f2adcfe
+4791234515	01a22453-4936-7000-98c6-2842b67f24ad	t	+4748627040	Timen din er klar	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-491e-7065-abe8-5bc3c5b061b7
+4791234516	01a22453-443c-7006-9172-403ec7b93408	t	+4748627040	Hei Åse6 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7a69-85fd-a1cc92a1e6e6
+4791234517	01a22453-443c-7007-b32b-537277adbb36	t	+4748627040	Hei Åse7 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-751b-85f6-ca7c772f8162
+4791234518	01a22453-443c-7008-a8f0-18e9cc9a9e74	t	+4748627040	Hei Åse8 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7eb3-b39a-d37aed18f997
+4791234519	01a22453-46b5-7000-865b-289c0297a4be	t	+4748627040	Hei Åse9 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7253-a47f-971911bd446b
+4791234520	01a22453-443c-7009-bd50-79c4604422c0	t	+4748627040	Hei Åse10 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-7364-a6f6-3ea07b14a7cb
+4791234521	01a22453-443c-700a-8f03-a2520353f735	t	+4748627040	Hei Åse11 🎉\nReply STOP to opt out	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-43cd-72c0-ab23-13d89569b4e2
+4799999999	01a22453-4903-7000-95c4-1e9635e4e601	f	+4748627040	Hei fra en ukjent	01a22453-3ab7-73c6-8bea-67cd7fcf2d71	\N
\.
copy sandbox_phones (workspace_id, number, behaviour, error_code, delay_ms) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234511	fail	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234516	double_receipt	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234517	lose_receipt	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234518	early_receipt	\N	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	+4791234519	throttle	\N	\N
\.
copy senders (workspace_id, id, address, kind, can_receive, is_default, rate_per_second, created_at, carrier_id) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b57-7333-9fd6-ca60b9fb30db	+4748627040	long_number	t	t	\N	2026-11-28 22:42:44.164816+00	\N
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52ff-79b0-8a91-bc7ae2b454d5	Salong	alphanumeric	f	f	\N	2026-11-28 22:42:50.231907+00	01a22453-52a0-7b13-b9e8-15a306146062
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3f8e-702f-8f7c-1bb2d5aef6e6	+46708417995	long_number	t	t	\N	2026-11-28 22:42:45.243199+00	\N
\.
copy sessions (id, user_id, token, expires_at, ip_address, user_agent, created_at, updated_at) from stdin;
01a22453-3f0d-7a19-9af1-b8d42831f48b	01a22453-3ab7-7a5f-8c76-d663cfc4c4f1	XqkMPWhqQXMmSa3mzSNBmp27m1ORnlmY	2026-12-12 22:42:45.13+00	127.0.0.1	node	2026-11-28 22:42:45.132+00	2026-11-28 22:42:45.132+00
01a22453-4247-752f-bfa2-e2fbc7f7f00b	01a22453-40f5-739d-bf05-d6071e21247b	DuUHpXQRMUeOl3VbCxXgcABFfj4kd00l	2026-12-12 22:42:45.957+00	127.0.0.1	node	2026-11-28 22:42:45.957+00	2026-11-28 22:42:45.957+00
\.
copy subscription_types (workspace_id, id, key, name, needs_consent, "bit", created_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b4c-7289-b820-2479d9a3b3db	event_info	Event info	t	1	2026-11-28 22:42:44.172+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b4c-7b9c-9d18-508fb27b8da9	transactional	Transactional	f	2	2026-11-28 22:42:44.172+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-3b4c-7bd7-8988-ece407e74361	marketing	Marketing	t	0	2026-11-28 22:42:44.172+00
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-4341-7d68-af44-ea20a8763a5c	nyhetsbrev	Nyhetsbrev	t	3	2026-11-28 22:42:46.209+00
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3f80-717c-a7d7-c45a6f083df1	marketing	Marknadsföring	t	0	2026-11-28 22:42:45.248+00
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3f80-75ee-9dbe-e1a626119fc3	transactional	Transaktionellt	f	2	2026-11-28 22:42:45.248+00
01a22453-3f7a-7265-b874-e50b8101f735	01a22453-3f80-774f-867b-359cdb941469	event_info	Evenemangsinfo	t	1	2026-11-28 22:42:45.248+00
\.
copy users (id, name, email, email_verified, image, created_at, updated_at) from stdin;
01a22453-3ab7-7a5f-8c76-d663cfc4c4f1	Eier	eier@example.com	t	\N	2026-11-28 22:42:44.023+00	2026-11-28 22:42:44.023+00
01a22453-40f5-739d-bf05-d6071e21247b	Kari Nordmann	kari@example.com	t	\N	2026-11-28 22:42:45.621+00	2026-11-28 22:42:45.621+00
\.
copy webhook_deliveries (workspace_id, id, webhook_id, event, body, state, tries, next_at, taken_until, history) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52df-7ec5-b0fa-0ab17cccec40	01a22453-52d4-726d-8deb-bdd1abc2b228	webhook.test	{"type":"webhook.test","timestamp":"2026-11-28T22:42:50.207Z","data":{"workspace_id":"01a22453-3ab7-73c6-8bea-67cd7fcf2d71","webhook_id":"01a22453-52d4-726d-8deb-bdd1abc2b228"}}	waiting	0	2026-11-28 22:42:50.207+00	\N	[]
\.
copy webhooks (workspace_id, id, url, events, enabled, secrets, failing_since, disabled_at, last_error, created_at, updated_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	01a22453-52d4-726d-8deb-bdd1abc2b228	https://hooks.example.invalid/varsla	{alert.raised}	t	\\x012c0eb8470072fe64e5418a49d39ce49c21f4488768276651b746267c1072660fe21d3bed3150de0a1cad348b64b064a26febf068ffa4b0b64f61e161a87f69ecf8fc81269070b0ad798bd7b2ebc8e3a5e51644b3453083a049dfa075e3cb6f41c562b22de182de959a7343de	\N	\N	\N	2026-11-28 22:42:50.196+00	2026-11-28 22:42:50.196+00
\.
copy workspaces (workspace_id, name, country, time_zone, language, opt_out_text, help_text, opt_out_confirmation, opt_in_confirmation, allowance, renewal_day, created_at) from stdin;
01a22453-3ab7-73c6-8bea-67cd7fcf2d71	Salongen	NO	Europe/Oslo	en	Reply STOP to opt out	Salongen: Reply STOP to get no more texts from us, START to get them again.	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	Salongen: You are subscribed again. Reply STOP to unsubscribe.	10000	1	2026-11-28 22:42:44.023+00
01a22453-3f7a-7265-b874-e50b8101f735	Verkstedet	SE	Europe/Stockholm	sv	Svara STOPP för att avregistrera dig	Verkstedet: Svara STOPP för att slippa fler sms från oss, START för att få dem igen.	Verkstedet: Du är avregistrerad och får inga fler sms från oss. Svara START för att få dem igen.	Verkstedet: Du är registrerad igen. Svara STOPP för att avregistrera dig.	10000	1	2026-11-28 22:42:45.242+00
\.
