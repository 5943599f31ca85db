-- A condition of a transaction within one of its statements: where it does not hold the statement fails, and with it
-- everything, although its commit was sent before anybody read the answer.
create function insist(holds boolean, otherwise text) returns void language plpgsql as $$
begin
  if holds is not true then
    raise exception using errcode = 'VA001', message = otherwise;
  end if;
end
$$;
