-- What the application needs of its own tables.

do $grants$
begin
    execute format($$
        grant select, insert, update, delete on public.item, public."user" to %1$I;
        grant select, insert, delete on public.ended_token, public.attempt to %1$I;
        grant select on public.archive_table_version to %1$I;
    $$, archive._role('runtime'));
end
$grants$;
