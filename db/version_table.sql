-- Alembic's version table of an installation older than the name archive_table_version gets that name.
--
-- Its only row is a revision of ours: named by the day, where other programs' are hexadecimal. An alembic_version with
-- anything else belongs to another program, such as the template whose tables are adopted, and stays as it is.

do $version$
declare
    v_revisions text[];
begin
    if to_regclass('public.archive_table_version') is not null or to_regclass('public.alembic_version') is null then
        return;
    end if;
    select array_agg(version_num) into v_revisions from public.alembic_version;
    if to_regclass('public.item_archive') is not null and v_revisions[1] ~ '^\d{8}_' and cardinality(v_revisions) = 1 then
        alter table public.alembic_version rename to archive_table_version;
        alter table public.archive_table_version rename constraint alembic_version_pkc to archive_table_version_pkc;
    end if;
end
$version$;
