create table if not exists messages_2026_11 partition of messages FOR VALUES FROM ('01a19467-e800-7000-8000-000000000000') TO ('01a22ee6-b000-7000-8000-000000000000');
create table if not exists messages_2026_12 partition of messages FOR VALUES FROM ('01a22ee6-b000-7000-8000-000000000000') TO ('01a2ce8b-d400-7000-8000-000000000000');
create table if not exists messages_2027_01 partition of messages FOR VALUES FROM ('01a2ce8b-d400-7000-8000-000000000000') TO ('01a36e30-f800-7000-8000-000000000000');
create table if not exists messages_2027_02 partition of messages FOR VALUES FROM ('01a36e30-f800-7000-8000-000000000000') TO ('01a3fe63-0800-7000-8000-000000000000');
copy accounts (id, user_id, account_id, provider_id, password, access_token, refresh_token, id_token, access_token_expires_at, refresh_token_expires_at, scope, created_at, updated_at) from stdin;
01a2244e-8a47-7b71-aa35-fac185fdf22d	01a2244e-8a47-7a9d-9e97-a512c8afa688	01a2244e-8a47-7a9d-9e97-a512c8afa688	credential	bb86d1f8fa1d39c2969b1a2199866f87:ac321c7db8d67e42c9b604095964d6e9983c019c7ed3a68f228d82e01f118653ccf786b3a4d09caf2cbb803155ed92a551c374aa7cc94d98ac018bc4754a27d4	\N	\N	\N	\N	\N	\N	2026-11-28 22:37:36.711+00	2026-11-28 22:37:36.711+00
01a2244e-91cc-7a74-80fc-cf336e132f8e	01a2244e-91cc-72a4-b61c-b0a60fdd0370	01a2244e-91cc-72a4-b61c-b0a60fdd0370	credential	efae738a420dfe61358b38d2be1a2f6b:81706405eb2b8e29e61711668295d95176406d28a6fdfc4990605ce17ff6abed1b5fb9516106d592ada62fe2886d1e1041f7863e5842d226224fab800aeaaf3c	\N	\N	\N	\N	\N	\N	2026-11-28 22:37:38.636+00	2026-11-28 22:37:38.636+00
\.
copy api_keys (workspace_id, id, name, prefix, key_hash, role, scopes, created_at, last_used_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8a47-73db-affa-5ddd9eb1cc48	API_KEY	a-key-fo	uEe_SE5GCfqVUkzuBPS5NYHa7MyfVxjbLikvr_WNy7c	super_admin	{workspace:read,workspace:write,people:read,people:write,api-keys:write,subscription:read,subscription:write,contacts:read,contacts:write,consent:read,consent:write,messages:read,messages:send,campaigns:read,campaigns:write,campaigns:send,senders:read,sms-setup:write,sandbox:use}	2026-11-28 22:37:36.711+00	2026-11-28 22:37:38.398+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-90ec-76c0-b055-d8125e50af72	Kasse	vk_fYIDk	seeUrDFQYpIrT-PLt-M04sagx7DWDRb7fmnJd2_9Jyc	super_admin	{messages:send}	2026-11-28 22:37:38.412+00	\N
\.
copy attempts (key, count, window_ends) from stdin;
6NVU68QqGR5fFmzM-I3OokeOhhIp-JS1KjVMrbrS8xM	0	2026-11-28 22:52:37.803+00
b7faPlY5KHRQ4Ee5cYC3KGUEbyUGlBuHUbHkZV2mpQ4	0	2026-11-28 22:52:38.629+00
eFnvRZ0YOJ-JDP765tFb7X4fLp20nmqEzFL4PwVOwio	0	2026-11-28 23:37:37.803+00
vkKCO3JTG-7qloQjCTslG7zE3Jk3w41R92ZmwDF95PU	0	2026-11-28 23:37:38.629+00
\.
copy campaigns (workspace_id, id, name, status, text, sender_id, subscription_type_id, include, exclude, opt_out_text, created_by, created_by_name, error, created_at, updated_at, sent_at, sent_opt_out_text, period_start, planned, skipped, reserved, prepared_to, prepared_at, progress_at, finished_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9511-7b44-953f-5e60c0cb9228	Høst	sent	Hei {{ contact.first_name }} 🎉	01a2244e-8af2-7c57-88f4-d0c3116f82fe	01a2244e-8ae7-78da-bb61-744ce73cf1bc	{"lists": ["01a2244e-93a4-7629-968d-c1afd74e8570"], "contacts": ["01a2244e-9460-77a7-9a3f-6586dd71c0e3"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:37:39.473+00	2026-11-28 22:37:40.63+00	2026-11-28 22:37:39.569+00	Reply STOP to opt out	2026-10-31 23:00:00+00	12	1	0	01a2244e-9460-77a7-9a3f-6586dd71c0e3	2026-11-28 22:37:39.691+00	2026-11-28 22:37:39.691+00	2026-11-28 22:37:40.63+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-99b2-7969-b780-873ba83038c2	Utkast	draft	Kladd	\N	01a2244e-8ae7-78da-bb61-744ce73cf1bc	{"lists": [], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:37:40.658+00	2026-11-28 22:37:40.658+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9b39-73ac-aa79-874538530741	For stor	draft	Hei {{ contact.first_name }} 🎉	\N	01a2244e-8ae7-78da-bb61-744ce73cf1bc	{"lists": ["01a2244e-93a4-7629-968d-c1afd74e8570"], "contacts": ["01a2244e-9460-77a7-9a3f-6586dd71c0e3"]}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:37:41.049+00	2026-11-28 22:37:41.049+00	\N	\N	\N	\N	0	0	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9c83-719e-b0b9-2a0012049ec5	Jul	preparing	God jul!	01a2244e-8af2-7c57-88f4-d0c3116f82fe	01a2244e-8ae7-78da-bb61-744ce73cf1bc	{"lists": ["01a2244e-93a4-7629-968d-c1afd74e8570"], "contacts": []}	{"lists": [], "contacts": []}	t	\N	API_KEY	\N	2026-11-28 22:37:41.379+00	2026-11-28 22:37:41.424+00	2026-11-28 22:37:41.424+00	Reply STOP to opt out	\N	\N	0	0	\N	\N	2026-11-28 22:37:41.424+00	\N
\.
copy consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at, recorded_at, recorded_by) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000001	01a2244e-93b5-7524-b6d9-55e400000001	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000002	01a2244e-93b5-7524-b6d9-55e400000002	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000003	01a2244e-93b5-7524-b6d9-55e400000003	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000004	01a2244e-93b5-7524-b6d9-55e400000004	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000006	01a2244e-93b5-7524-b6d9-55e400000006	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000007	01a2244e-93b5-7524-b6d9-55e400000007	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000008	01a2244e-93b5-7524-b6d9-55e400000008	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000009	01a2244e-93b5-7524-b6d9-55e400000009	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e40000000a	01a2244e-93b5-7524-b6d9-55e40000000a	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e40000000b	01a2244e-93b5-7524-b6d9-55e40000000b	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e40000000c	01a2244e-93b5-7524-b6d9-55e40000000c	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	Skjema	\N	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.125+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9474-7e41-90b4-5a1e018b79eb	01a2244e-9460-77a7-9a3f-6586dd71c0e3	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	t	web	Skjema: grant	2026-11-28 22:37:39.316+00	2026-11-28 22:37:39.316+00	API_KEY
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-948a-7144-89b5-60cd337e7b7d	01a2244e-9460-77a7-9a3f-6586dd71c0e3	01a2244e-8ae7-78da-bb61-744ce73cf1bc	sms	f	web	Skjema: withdraw	2026-11-28 22:37:39.338+00	2026-11-28 22:37:39.338+00	API_KEY
\.
copy contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone, marketing, sms_consents, properties, created_at, updated_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000001	+4791234510	mobile	\N	\N	a0@example.com	Åse0	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000002	+4791234511	mobile	\N	\N	a1@example.com	Åse1	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000003	+4791234512	mobile	\N	\N	a2@example.com	Åse2	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000004	+4791234513	mobile	\N	\N	a3@example.com	Åse3	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000005	+4791234514	mobile	\N	\N	a4@example.com	Åse4	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000006	+4791234515	mobile	\N	\N	a5@example.com	Åse5	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000007	+4791234516	mobile	\N	\N	a6@example.com	Åse6	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000008	+4791234517	mobile	\N	\N	a7@example.com	Åse7	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e400000009	+4791234518	mobile	\N	\N	a8@example.com	Åse8	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e40000000a	+4791234519	mobile	\N	\N	a9@example.com	Åse9	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e40000000b	+4791234520	mobile	\N	\N	a10@example.com	Åse10	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e40000000c	+4791234521	mobile	\N	\N	a11@example.com	Åse11	Øye	\N	\N	t	1	{}	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.211+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9460-77a7-9a3f-6586dd71c0e3	+4793000001	mobile	+4722222222	landline	ola@example.com	Ola	\N	\N	\N	t	0	{"plan": "gull", "siden": 2019}	2026-11-28 22:37:39.296+00	2026-11-28 22:37:39.296+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9bef-7b73-9ebd-0b085e72a5ef	+4793000010	mobile	\N	\N	\N	Glemmes	\N	\N	\N	t	0	{}	2026-11-28 22:37:41.231+00	2026-11-28 22:37:41.231+00
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-907c-781b-9ea0-b0a5bcf8c436	+46701234567	mobile	\N	\N	\N	Sven	\N	\N	\N	t	0	{}	2026-11-28 22:37:38.3+00	2026-11-28 22:37:38.3+00
\.
copy dispatch_journal (workspace_id, sender_id, id, seqs) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8af2-7c57-88f4-d0c3116f82fe	01a2244e-9c64-766e-a8dd-2943674d36a1	{19}
\.
copy idempotency_keys (workspace_id, key, fingerprint, answer, created_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	en-gang	_kwAQ0r2L3xVErCUHznitvWZaczYS7tAzLMg-SUQJfA	{"body": {"id": "01a2244e-9aca-7b1f-a6a7-4f4b3a708a61", "status": "queued", "segments": 1}, "status": 202}	2026-11-28 22:37:40.938+00
\.
copy import_rejections (workspace_id, import_id, "row", reason, value, line) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e46bdc94ca	13	invalid_mobile	12	{Feil,Feil,12,"",""}
\.
copy imports (workspace_id, id, status, file_name, options, rows, created, updated, unchanged, rejected, merged_to, prepared, heard_at, error, created_by, created_at, finished_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93b5-7524-b6d9-55e46bdc94ca	done	\N	{"list": "01a2244e-93a4-7629-968d-c1afd74e8570", "columns": ["First name", "Last name", "Mobile", "E-mail", "City"], "consent_bit": 0, "consent_date": null, "consent_column": false, "consent_source": "Skjema", "subscription_type_id": "01a2244e-8ae7-78da-bb61-744ce73cf1bc"}	13	12	0	0	1	39	t	2026-11-28 22:37:39.252127+00	\N	API_KEY	2026-11-28 22:37:39.125+00	2026-11-28 22:37:39.252+00
\.
copy inbound_seen (workspace_id, carrier, carrier_reference, message_id) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	sandbox	01a2244e-99ce-7000-9d27-a7f106dd8500	01a2244e-99dd-7d2a-8169-de94481d7b76
01a2244e-8a47-7b7c-82f5-ad3aab07214d	sandbox	01a2244e-9a19-7000-9818-d765cb80baf2	01a2244e-9a2b-7412-b9ae-ed1ccbc6700f
01a2244e-8a47-7b7c-82f5-ad3aab07214d	sandbox	01a2244e-9a45-7000-aa66-7c026aa8f659	01a2244e-9a4f-788e-afb3-6257845a74d1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	sandbox	01a2244e-9a89-7000-b6a2-c2f324ad98a0	01a2244e-9a93-7378-a50b-0978fe329364
01a2244e-8a47-7b7c-82f5-ad3aab07214d	sandbox	01a2244e-9ab2-7000-bf48-03822b4cc620	01a2244e-9aba-76d0-94f4-beff3384821e
\.
copy invitations (workspace_id, id, email, role, sms_setup, token_hash, invited_by, created_at, expires_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-910b-7176-af21-be6535a704a4	ubesvart@example.com	viewer	f	vc0PJ_Kl1fXpjyLpuQ3-kTBj4kYGd68C8C3uVHBGdXE	API_KEY	2026-11-28 22:37:38.443+00	2026-12-05 22:37:38.443+00
\.
copy lanes (workspace_id, sender_id, has_work, leased_by, leased_until, next_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8af2-7c57-88f4-d0c3116f82fe	t	01a2244e-8b2a-7ad8-9555-3726ea73ec48	2026-11-28 22:37:50.302479+00	\N
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-9028-7f0a-8652-741879c20080	f	\N	2026-11-28 22:37:40.587889+00	\N
\.
copy list_members (workspace_id, list_id, contact_id) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000001
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000002
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000003
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000004
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000005
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000006
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000007
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000008
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e400000009
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e40000000a
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e40000000b
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	01a2244e-93b5-7524-b6d9-55e40000000c
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-94b1-7520-a5b3-fe9369dbf4b4	01a2244e-9460-77a7-9a3f-6586dd71c0e3
\.
copy lists (workspace_id, id, name, members, created_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-93a4-7629-968d-c1afd74e8570	Kunder	12	2026-11-28 22:37:39.108+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-94a7-70cd-81d6-40f7bfd2bf70	Tom	0	2026-11-28 22:37:39.367+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-94b1-7520-a5b3-fe9369dbf4b4	Faste	1	2026-11-28 22:37:39.377+00
\.
copy memberships (workspace_id, user_id, role, sms_setup, created_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8a47-7a9d-9e97-a512c8afa688	super_admin	t	2026-11-28 22:37:36.711+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-91cc-72a4-b61c-b0a60fdd0370	marketer	f	2026-11-28 22:37:38.636+00
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-8a47-7a9d-9e97-a512c8afa688	super_admin	t	2026-11-28 22:37:38.197+00
\.
copy message_counts (workspace_id, source_type, source_id, minute, status, reason, n) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	2026-11-28 22:37:00+00	delivered		10
01a2244e-8a47-7b7c-82f5-ad3aab07214d	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	2026-11-28 22:37:00+00	opted_out		2
01a2244e-8a47-7b7c-82f5-ad3aab07214d	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	2026-11-28 22:37:00+00	queued		12
01a2244e-8a47-7b7c-82f5-ad3aab07214d	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	2026-11-28 22:37:00+00	sent		12
01a2244e-8a47-7b7c-82f5-ad3aab07214d	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	2026-11-28 22:37:00+00	skipped	no_consent	1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	2026-11-28 22:37:00+00	undelivered	unknown_number	1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_in_confirmation	01a2244e-9a93-7378-a50b-0978fe329364	2026-11-28 22:37:00+00	delivered		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_in_confirmation	01a2244e-9a93-7378-a50b-0978fe329364	2026-11-28 22:37:00+00	queued		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_in_confirmation	01a2244e-9a93-7378-a50b-0978fe329364	2026-11-28 22:37:00+00	sent		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_out_confirmation	01a2244e-99dd-7d2a-8169-de94481d7b76	2026-11-28 22:37:00+00	delivered		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_out_confirmation	01a2244e-99dd-7d2a-8169-de94481d7b76	2026-11-28 22:37:00+00	queued		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_out_confirmation	01a2244e-99dd-7d2a-8169-de94481d7b76	2026-11-28 22:37:00+00	sent		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_out_confirmation	01a2244e-9a4f-788e-afb3-6257845a74d1	2026-11-28 22:37:00+00	delivered		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_out_confirmation	01a2244e-9a4f-788e-afb3-6257845a74d1	2026-11-28 22:37:00+00	queued		1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	opt_out_confirmation	01a2244e-9a4f-788e-afb3-6257845a74d1	2026-11-28 22:37:00+00	sent		1
\.
copy message_queue (workspace_id, sender_id, priority, seq, message_id, period_start, expires_at, consent_bit) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8af2-7c57-88f4-d0c3116f82fe	0	19	01a2244e-9c53-7e8e-8701-8637db73592f	2026-10-31 23:00:00+00	2026-11-30 22:37:41.331+00	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8af2-7c57-88f4-d0c3116f82fe	0	20	01a2244e-9c6a-783b-8d09-c552e901fa9e	2026-10-31 23:00:00+00	2026-11-30 22:37:41.354+00	\N
\.
select setval(pg_get_serial_sequence('message_queue', 'seq'), (select max(seq) from message_queue));
copy messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id, sender_id, number, text, reason, carrier, carrier_reference, carrier_error, submitted_at, sent_at, final_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-71e4-af9d-12958ac3036f	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000007	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234516	Hei Åse6 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7006-807e-8b68ada1de4d	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.813+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7213-a921-7c1055cc6bd1	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000006	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234515	Hei Åse5 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7005-b86e-2d8938f4f32f	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7221-bb1c-8902806cf66e	skipped	marketing	7	0	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-9460-77a7-9a3f-6586dd71c0e3	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4793000001		no_consent	\N	\N	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-743e-b228-59834fd44f6d	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000001	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234510	Hei Åse0 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7000-8821-4c485c408592	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7659-8bea-6d33ba70dedf	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e40000000c	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234521	Hei Åse11 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-700a-9da9-0e87bd2bd9d1	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7701-9be3-c3d60334ddc4	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e40000000b	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234520	Hei Åse10 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7009-a44f-1ce46dcbec54	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-778b-b54c-030d2e95befb	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000004	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234513	Hei Åse3 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7003-91df-0457b9eaaaa9	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-782a-a1ac-df34a989cf60	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e40000000a	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234519	Hei Åse9 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-9882-7000-b4a4-956e6639a31e	\N	2026-11-28 22:37:40.359+00	2026-11-28 22:37:40.359+00	2026-11-28 22:37:40.6+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7af0-828e-9d04c22fec8a	sent	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000008	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234517	Hei Åse7 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7007-841a-aedbc3632831	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7ce2-8ea5-e0754f4e548f	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234514	Hei Åse4 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7004-8ae5-e13a0b2b7225	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7e3d-86b6-40bddeccb223	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000003	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234512	Hei Åse2 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7002-95c4-5409b336ce0e	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.896+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7e5a-bb44-8d64561ef569	undelivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000002	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234511	Hei Åse1 🎉\nReply STOP to opt out	unknown_number	sandbox	01a2244e-95fe-7001-9daf-4e5dd9fba584	30005	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.772+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7f62-a640-0eeebb8f5a76	delivered	marketing	u	1	campaign	01a2244e-9511-7b44-953f-5e60c0cb9228	01a2244e-93b5-7524-b6d9-55e400000009	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234518	Hei Åse8 🎉\nReply STOP to opt out	\N	sandbox	01a2244e-95fe-7008-8db5-72936a4982a1	\N	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.73+00	2026-11-28 22:37:39.718+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-99dd-7d2a-8169-de94481d7b76	received	\N	7	1	inbound	\N	01a2244e-93b5-7524-b6d9-55e400000003	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234512	STOP	stop	sandbox	01a2244e-99ce-7000-9d27-a7f106dd8500	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-99de-7355-a1cb-6e8ee43aa286	delivered	transactional	7	1	opt_out_confirmation	01a2244e-99dd-7d2a-8169-de94481d7b76	01a2244e-93b5-7524-b6d9-55e400000003	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234512	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a2244e-9a1c-7000-a263-c858108bcd99	\N	2026-11-28 22:37:40.772+00	2026-11-28 22:37:40.772+00	2026-11-28 22:37:40.845+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a2b-7412-b9ae-ed1ccbc6700f	received	\N	7	1	inbound	\N	01a2244e-93b5-7524-b6d9-55e400000004	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234513	Hva koster det?	\N	sandbox	01a2244e-9a19-7000-9818-d765cb80baf2	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a4f-788e-afb3-6257845a74d1	received	\N	7	1	inbound	\N	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234514	STOP	stop	sandbox	01a2244e-9a45-7000-aa66-7c026aa8f659	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a50-7f6b-bec0-84b204083aea	delivered	transactional	7	1	opt_out_confirmation	01a2244e-9a4f-788e-afb3-6257845a74d1	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234514	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	\N	sandbox	01a2244e-9a8e-7000-98bc-34c48f0249ac	\N	2026-11-28 22:37:40.899+00	2026-11-28 22:37:40.899+00	2026-11-28 22:37:40.985+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a93-7378-a50b-0978fe329364	received	\N	7	1	inbound	\N	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234514	START	start	sandbox	01a2244e-9a89-7000-b6a2-c2f324ad98a0	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a94-7e74-b149-c7488eaab50a	delivered	transactional	7	1	opt_in_confirmation	01a2244e-9a93-7378-a50b-0978fe329364	01a2244e-93b5-7524-b6d9-55e400000005	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234514	Salongen: You are subscribed again. Reply STOP to unsubscribe.	\N	sandbox	01a2244e-9abe-7000-aefd-bb7fa39da9a1	\N	2026-11-28 22:37:40.944+00	2026-11-28 22:37:40.944+00	2026-11-28 22:37:41.215+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9aba-76d0-94f4-beff3384821e	received	\N	7	1	inbound	\N	\N	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4799999999	Hei fra en ukjent	\N	sandbox	01a2244e-9ab2-7000-bf48-03822b4cc620	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9aca-7b1f-a6a7-4f4b3a708a61	delivered	transactional	7	1	api	\N	01a2244e-93b5-7524-b6d9-55e400000006	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234515	Timen din er klar	\N	sandbox	01a2244e-9b06-7000-89e8-f93e2ec9e416	\N	2026-11-28 22:37:41.003+00	2026-11-28 22:37:41.003+00	2026-11-28 22:37:41.086+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9c00-7fc1-8aea-b1c55553e063	delivered	transactional	7	1	api	\N	01a2244e-9bef-7b73-9ebd-0b085e72a5ef	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4793000010	Velkommen	\N	sandbox	01a2244e-9c17-7000-8d58-3a7962d71f2c	\N	2026-11-28 22:37:41.276+00	2026-11-28 22:37:41.276+00	2026-11-28 22:37:41.433+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9c53-7e8e-8701-8637db73592f	queued	transactional	7	1	api	\N	01a2244e-93b5-7524-b6d9-55e40000000b	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234520	Har du tid?	\N	\N	\N	\N	\N	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9c6a-783b-8d09-c552e901fa9e	queued	transactional	7	1	api	\N	01a2244e-93b5-7524-b6d9-55e40000000c	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4791234521	Vi sees i morgen	\N	\N	\N	\N	\N	\N	\N
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-90a5-740d-ac88-af5bd628f14b	delivered	transactional	7	1	api	\N	01a2244e-907c-781b-9ea0-b0a5bcf8c436	01a2244e-9028-7f0a-8652-741879c20080	+46701234567	Bilen är klar	\N	sandbox	01a2244e-9141-7000-a2c7-9be597219c67	\N	2026-11-28 22:37:38.52+00	2026-11-28 22:37:38.52+00	2026-11-28 22:37:38.661+00
\.
copy opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234512	01a2244e-99ce-79d3-8f92-9c47afdc0cf6	01a2244e-8af2-7c57-88f4-d0c3116f82fe	t	sms	STOP	2026-11-28 22:37:40.686+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234514	01a2244e-9a45-7d1b-a397-0e4c589bb02e	01a2244e-8af2-7c57-88f4-d0c3116f82fe	t	sms	STOP	2026-11-28 22:37:40.805+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234514	01a2244e-9a89-7182-970e-f1de3c5a6d81	01a2244e-8af2-7c57-88f4-d0c3116f82fe	f	sms	START	2026-11-28 22:37:40.873+00
\.
copy opt_outs (workspace_id, number, sender_id, at, source, evidence) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234512	01a2244e-8af2-7c57-88f4-d0c3116f82fe	2026-11-28 22:37:40.686+00	sms	STOP
\.
copy quota_periods (workspace_id, period_start, period_end, allowance, used, reserved) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	17	2
01a2244e-9015-7790-970a-432d267fc7b4	2026-10-31 23:00:00+00	2026-11-30 23:00:00+00	10000	1	0
\.
copy quota_usage (workspace_id, period_start, source_type, used) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	2026-10-31 23:00:00+00	api	2
01a2244e-8a47-7b7c-82f5-ad3aab07214d	2026-10-31 23:00:00+00	campaign	12
01a2244e-8a47-7b7c-82f5-ad3aab07214d	2026-10-31 23:00:00+00	opt_in_confirmation	1
01a2244e-8a47-7b7c-82f5-ad3aab07214d	2026-10-31 23:00:00+00	opt_out_confirmation	2
01a2244e-9015-7790-970a-432d267fc7b4	2026-10-31 23:00:00+00	api	1
\.
copy sandbox_mails (id, sender, recipient, subject, text, at) from stdin;
01a2244e-913f-71f3-840d-60c2c902dae2	Varsla <no-reply@example.com>	ubesvart@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:45851/invitations/RpHY6-kZ9aNBebZLpebc_SkNUIVLVrDjsXWM2RvSw8k\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:37:38.495+00
01a2244e-9181-7928-8df2-26e98a250745	Varsla <no-reply@example.com>	kari@example.com	You are invited to Salongen	API_KEY invites you to Salongen on Varsla.\n\nAccept within 7 days:\nhttp://127.0.0.1:45851/invitations/ArgSr1JnLNQUNeSs4-ShHT5dwnO1Gj41LHHWN5vnhSQ\n\nIf you don't know what this is about, do nothing.\n	2026-11-28 22:37:38.561+00
\.
copy sandbox_messages (phone, id, outbound, address, text, workspace_id, message_id) from stdin;
+46701234567	01a2244e-9141-7000-a2c7-9be597219c67	t	+46762718580	Bilen är klar	01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-90a5-740d-ac88-af5bd628f14b
+4791234510	01a2244e-95fe-7000-8821-4c485c408592	t	+4747861339	Hei Åse0 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-743e-b228-59834fd44f6d
+4791234511	01a2244e-95fe-7001-9daf-4e5dd9fba584	t	+4747861339	Hei Åse1 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7e5a-bb44-8d64561ef569
+4791234512	01a2244e-95fe-7002-95c4-5409b336ce0e	t	+4747861339	Hei Åse2 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7e3d-86b6-40bddeccb223
+4791234512	01a2244e-99ce-7000-9d27-a7f106dd8500	f	+4747861339	STOP	01a2244e-8a47-7b7c-82f5-ad3aab07214d	\N
+4791234512	01a2244e-9a1c-7000-a263-c858108bcd99	t	+4747861339	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-99de-7355-a1cb-6e8ee43aa286
+4791234513	01a2244e-95fe-7003-91df-0457b9eaaaa9	t	+4747861339	Hei Åse3 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-778b-b54c-030d2e95befb
+4791234513	01a2244e-9a19-7000-9818-d765cb80baf2	f	+4747861339	Hva koster det?	01a2244e-8a47-7b7c-82f5-ad3aab07214d	\N
+4791234514	01a2244e-95fe-7004-8ae5-e13a0b2b7225	t	+4747861339	Hei Åse4 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7ce2-8ea5-e0754f4e548f
+4791234514	01a2244e-9a45-7000-aa66-7c026aa8f659	f	+4747861339	STOP	01a2244e-8a47-7b7c-82f5-ad3aab07214d	\N
+4791234514	01a2244e-9a89-7000-b6a2-c2f324ad98a0	f	+4747861339	START	01a2244e-8a47-7b7c-82f5-ad3aab07214d	\N
+4791234514	01a2244e-9a8e-7000-98bc-34c48f0249ac	t	+4747861339	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a50-7f6b-bec0-84b204083aea
+4791234514	01a2244e-9abe-7000-aefd-bb7fa39da9a1	t	+4747861339	Salongen: You are subscribed again. Reply STOP to unsubscribe.	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9a94-7e74-b149-c7488eaab50a
+4791234515	01a2244e-95fe-7005-b86e-2d8938f4f32f	t	+4747861339	Hei Åse5 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7213-a921-7c1055cc6bd1
+4791234515	01a2244e-9b06-7000-89e8-f93e2ec9e416	t	+4747861339	Timen din er klar	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9aca-7b1f-a6a7-4f4b3a708a61
+4791234516	01a2244e-95fe-7006-807e-8b68ada1de4d	t	+4747861339	Hei Åse6 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-71e4-af9d-12958ac3036f
+4791234517	01a2244e-95fe-7007-841a-aedbc3632831	t	+4747861339	Hei Åse7 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7af0-828e-9d04c22fec8a
+4791234518	01a2244e-95fe-7008-8db5-72936a4982a1	t	+4747861339	Hei Åse8 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7f62-a640-0eeebb8f5a76
+4791234519	01a2244e-9882-7000-b4a4-956e6639a31e	t	+4747861339	Hei Åse9 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-782a-a1ac-df34a989cf60
+4791234520	01a2244e-95fe-7009-a44f-1ce46dcbec54	t	+4747861339	Hei Åse10 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7701-9be3-c3d60334ddc4
+4791234521	01a2244e-95fe-700a-9da9-0e87bd2bd9d1	t	+4747861339	Hei Åse11 🎉\nReply STOP to opt out	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9571-7659-8bea-6d33ba70dedf
+4793000010	01a2244e-9c17-7000-8d58-3a7962d71f2c	t	+4747861339	Velkommen	01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9c00-7fc1-8aea-b1c55553e063
+4799999999	01a2244e-9ab2-7000-bf48-03822b4cc620	f	+4747861339	Hei fra en ukjent	01a2244e-8a47-7b7c-82f5-ad3aab07214d	\N
\.
copy sandbox_phones (workspace_id, number, behaviour, error_code, delay_ms) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234511	fail	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234516	double_receipt	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234517	lose_receipt	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234518	early_receipt	\N	\N
01a2244e-8a47-7b7c-82f5-ad3aab07214d	+4791234519	throttle	\N	\N
\.
copy senders (workspace_id, id, address, kind, can_receive, carrier, is_default, rate_per_second, created_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8af2-7c57-88f4-d0c3116f82fe	+4747861339	long_number	t	sandbox	t	\N	2026-11-28 22:37:36.863728+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-9bc2-7828-9ff5-b5786ea72a04	Salong	alphanumeric	f	sandbox	f	\N	2026-11-28 22:37:41.181099+00
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-9028-7f0a-8652-741879c20080	+46762718580	long_number	t	sandbox	t	\N	2026-11-28 22:37:38.198327+00
\.
copy sessions (id, user_id, token, expires_at, ip_address, user_agent, created_at, updated_at) from stdin;
01a2244e-8fc7-78a3-9068-bb1e56e91796	01a2244e-8a47-7a9d-9e97-a512c8afa688	hcICQLG7gBOGDrbLdonvL7Q78BI6OZPQ	2026-12-12 22:37:38.116+00	127.0.0.1	node	2026-11-28 22:37:38.118+00	2026-11-28 22:37:38.118+00
01a2244e-9380-7477-8344-3472d1849ec4	01a2244e-91cc-72a4-b61c-b0a60fdd0370	o5Aq4Rs5MegNUimmNNqIQhEfPhxF9BBn	2026-12-12 22:37:39.071+00	127.0.0.1	node	2026-11-28 22:37:39.071+00	2026-11-28 22:37:39.071+00
\.
copy subscription_types (workspace_id, id, key, name, needs_consent, "bit", created_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8ae7-7311-9e46-f9b9d0853409	transactional	Transactional	f	2	2026-11-28 22:37:36.871+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8ae7-7491-b7b0-cfb3bdb5d39c	event_info	Event info	t	1	2026-11-28 22:37:36.871+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-8ae7-78da-bb61-744ce73cf1bc	marketing	Marketing	t	0	2026-11-28 22:37:36.871+00
01a2244e-8a47-7b7c-82f5-ad3aab07214d	01a2244e-949b-763f-8067-48b9fec05c3f	nyhetsbrev	Nyhetsbrev	t	3	2026-11-28 22:37:39.355+00
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-901b-74be-a078-a91d1e87cb92	transactional	Transaktionellt	f	2	2026-11-28 22:37:38.203+00
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-901b-7d10-a4d1-5ae4c98a9241	marketing	Marknadsföring	t	0	2026-11-28 22:37:38.203+00
01a2244e-9015-7790-970a-432d267fc7b4	01a2244e-901b-7f57-b83e-702ef4eee916	event_info	Evenemangsinfo	t	1	2026-11-28 22:37:38.203+00
\.
copy users (id, name, email, email_verified, image, created_at, updated_at) from stdin;
01a2244e-8a47-7a9d-9e97-a512c8afa688	Eier	eier@example.com	t	\N	2026-11-28 22:37:36.711+00	2026-11-28 22:37:36.711+00
01a2244e-91cc-72a4-b61c-b0a60fdd0370	Kari Nordmann	kari@example.com	t	\N	2026-11-28 22:37:38.636+00	2026-11-28 22:37:38.636+00
\.
copy workspaces (workspace_id, name, country, time_zone, language, opt_out_text, help_text, opt_out_confirmation, opt_in_confirmation, allowance, renewal_day, created_at) from stdin;
01a2244e-8a47-7b7c-82f5-ad3aab07214d	Salongen	NO	Europe/Oslo	en	Reply STOP to opt out	Salongen: Reply STOP to get no more texts from us, START to get them again.	Salongen: You are unsubscribed and will get no more texts from us. Reply START to subscribe again.	Salongen: You are subscribed again. Reply STOP to unsubscribe.	10000	1	2026-11-28 22:37:36.711+00
01a2244e-9015-7790-970a-432d267fc7b4	Verkstedet	SE	Europe/Stockholm	sv	Svara STOPP för att avregistrera dig	Verkstedet: Svara STOPP för att slippa fler sms från oss, START för att få dem igen.	Verkstedet: Du är avregistrerad och får inga fler sms från oss. Svara START för att få dem igen.	Verkstedet: Du är registrerad igen. Svara STOPP för att avregistrera dig.	10000	1	2026-11-28 22:37:38.197+00
\.
