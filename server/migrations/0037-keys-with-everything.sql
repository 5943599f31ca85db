-- Keys of the workspace itself that may do everything there is may do what later versions add, too.
update api_keys set scopes = '{everything}'
where made_by is null and role = 'super_admin' and scopes @> '{workspace:read,workspace:write,people:read,people:write,api-keys:write,
  subscription:read,subscription:write,contacts:read,contacts:write,consent:read,consent:write,messages:read,messages:send,campaigns:read,
  campaigns:write,campaigns:send,senders:read,sms-setup:write,sandbox:use,audit:read}';
