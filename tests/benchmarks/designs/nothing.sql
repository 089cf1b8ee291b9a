-- The trigger that does nothing: what calling one costs.

create function nothing() returns trigger
    language plpgsql
as $$
begin
    return old;
end
$$;

create trigger nothing before delete on item for each row execute function nothing();
