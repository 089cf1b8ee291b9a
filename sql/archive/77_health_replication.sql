-- Does logical replication bring an archive whole? Asked on the subscriber, and after a switch-over.

create function archive._fault_subscribed_alone(entry archive.registry) returns text
    language sql stable
    return case when archive._is_subscribed((entry).source) and not archive._is_subscribed((entry).target)
                then 'a subscription brings the table without its archive: what the publisher restores stays archived'
                     ' here as if it were deleted' end;

comment on function archive._fault_subscribed_alone(archive.registry) is
    'That restores on the publisher leave archived rows here which are live; null where a subscription brings both or'
    ' neither.';


-- A partition that the publisher made later is not subscribed by itself.
create function archive._fault_subscription(entry archive.registry) returns text
    language sql stable
    return (
        select 'a subscription brings the archive by partitions, and not ' || string_agg(lacking.name, ', ')
               || ': archive.maintain() on both sides, then ALTER SUBSCRIPTION ... REFRESH PUBLICATION; or publish with'
                  ' publish_via_partition_root'
          from (
              select p.partition::text as name
                from archive._partitions((entry).target) p
               where (p.lower is null or p.lower < archive._partition_month(now(), 2))
                 and not exists (select from pg_subscription_rel s where s.srrelid = p.partition)
              union all
              select to_char(month.month at time zone 'UTC', '"the month "YYYY-MM')
                from unnest(array[archive._partition_month(now()), archive._partition_month(now(), 1)]) month (month)
               where not exists (select from archive._partitions((entry).target) p where p.lower = month.month)
          ) lacking
         where archive._is_subscribed((entry).target)
           and not exists (select from pg_subscription_rel s where s.srrelid = (entry).target)
    );

comment on function archive._fault_subscription(archive.registry) is
    'The partitions that a subscription to single partitions lacks, to the end of next month; null without any.';


create function archive._fault_subscribed_state() returns text
    language sql stable
    return (
        select string_agg(c.oid::regclass::text, ', ' order by c.relname)
               || ' comes by subscription, and tells of the publisher: publish tables by name. FOR ALL TABLES needs a'
                  ' subscriber whose schema archive was empty, and the installation again after the switch-over'
          from pg_subscription_rel s
          join pg_class c on c.oid = s.srrelid
         where c.relnamespace = 'archive'::regnamespace
           and c.relname in ('registry', 'disabled', 'settings', 'applied_code')
    );

comment on function archive._fault_subscribed_state() is
    'Tables with the state of this installation that a subscription fills; null without any.';


create function archive._is_switched_over(entry archive.registry) returns boolean
    language sql stable
    return exists (
               select from pg_trigger t
                where t.tgrelid = (entry).source
                  and t.tgname in ('zz_archive_before_delete', 'zz_archive_before_truncate')
                  and t.tgenabled in ('A', 'O') and t.tgenabled <> archive._capture_mode(entry))
           or not archive._is_subscribed((entry).target)
              and (archive._fault_sequence((entry).target, false) is not null or archive._is_log_sequence_behind());

comment on function archive._is_switched_over(archive.registry) is
    'Whether the subscriptions of a table or its archive have changed since archive.enable() was last called.';
