-- Restore, step 5 of 5, continued: what triggers of the restored tables wrote to other rows.
--
-- A trigger that counts rows, or posts to a ledger, runs again in a restore. What it did when the row was deleted, if
-- anything, nobody knows. So the results name the tables to which it wrote.

-- The statistics of this transaction; empty where the server has track_counts off.
create function archive._restore_written(sources regclass[]) returns jsonb
    language sql volatile
    return (
        select coalesce(jsonb_object_agg(w.relation, w.row_count), '{}')
          from (
              select c.oid as relation,
                     pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid)
                     + case when c.oid = any (array(select archive._tree(s) from unnest(sources) s)) then 0
                            else pg_stat_get_xact_tuples_inserted(c.oid) end as row_count
                from pg_class c
               where c.relkind = 'r' and c.relnamespace <> 'archive'::regnamespace
          ) w
         where w.row_count > 0
    );

comment on function archive._restore_written(regclass[]) is
    'How many rows of each table this transaction has written so far, without the rows inserted into these tables.';


-- A restore itself marks archived rows, and puts back references.
create function archive._restore_effects(sources regclass[], written_before jsonb) returns text
    language sql volatile
    return (
        select 'triggers of the table wrote to ' || string_agg(archive._label(w.relation::oid::regclass), ', '
                                                               order by w.relation::oid)
          from jsonb_each_text(archive._restore_written(sources)) w (relation, row_count)
         where w.row_count::bigint > coalesce((written_before ->> w.relation)::bigint, 0)
           and not exists (
               select
                 from unnest(sources) s
                where pg_partition_root(w.relation::oid::regclass) = (archive._registry_entry(s)).target
                   or w.relation::oid in (select c.referring from archive._blanking_constraints(s) c))
    );

comment on function archive._restore_effects(regclass[], jsonb) is
    'To which tables more was written than the restore did; null if to none.';


-- A PL/pgSQL function returns no row before it has come to its end. So with the first row, all triggers have run.
create function archive._restore_rows_and_effects(
    selection archive.restore_selection, overrides jsonb, on_conflict text, preview boolean
) returns setof archive.restore_result
    language plpgsql
as $$
declare
    v_with_triggers regclass[];
    v_written       jsonb;
    v_effects       text;
    v_result        archive.restore_result;
begin
    v_with_triggers := array(select s from unnest(selection.sources) s where archive._restore_has_trigger(s));
    if v_with_triggers = '{}' then
        return query select * from archive._restore_rows(selection, overrides, on_conflict, preview);
        return;
    end if;
    v_written := archive._restore_written(selection.sources);
    for v_result in select * from archive._restore_rows(selection, overrides, on_conflict, preview) loop
        v_effects := coalesce(v_effects, archive._restore_effects(selection.sources, v_written), '');
        if v_result.source = any (v_with_triggers) and v_result.outcome in ('restored', 'copied') then
            v_result.detail := nullif(concat_ws('; ', v_result.detail, nullif(v_effects, '')), '');
        end if;
        return next v_result;
    end loop;
end
$$;

comment on function archive._restore_rows_and_effects(archive.restore_selection, jsonb, text, boolean) is
    'Restores the selected rows; the result of each says to which other tables triggers wrote.';
