-- Tables "user" and item that are there already, as the full-stack FastAPI template's migrations make them, become this
-- backend's. Rows, ids, password hashes and created_at stay as they are.
--
-- The first revision runs this where it finds the tables. Refused, each in one sentence: integer ids, as the template
-- had them until its revision d98dd8ec85a3; e-mails that differ by case only, which name one person here; items without
-- an owner or a title; and tables that are not the template's.

do $adopt$
declare
    v_fault text;
begin
    select string_agg(format('%s.%I %s', t.name, w.column_name,
                             coalesce('is ' || format_type(a.atttypid, a.atttypmod), 'is missing')), ', ')
      into v_fault
      from (values ('public."user"', 'id', 'uuid'), ('public."user"', 'email', 'character varying'),
                   ('public."user"', 'is_active', 'boolean'), ('public."user"', 'is_superuser', 'boolean'),
                   ('public."user"', 'full_name', 'character varying'),
                   ('public."user"', 'hashed_password', 'character varying'),
                   ('public.item', 'id', 'uuid'), ('public.item', 'title', 'character varying'),
                   ('public.item', 'description', 'character varying'), ('public.item', 'owner_id', 'uuid')
           ) w (table_name, column_name, type)
     cross join lateral (select w.table_name as name, to_regclass(w.table_name) as relation) t
      left join pg_attribute a on a.attrelid = t.relation and a.attname = w.column_name and not a.attisdropped
     where a.atttypid is distinct from w.type::regtype;
    if v_fault ~ '\.(owner_)?id is (integer|bigint)' then
        raise exception 'Tables with integer ids cannot be adopted: %', v_fault using errcode = 'AR409',
            hint = 'Bring them to UUIDs with the template''s own revision d98dd8ec85a3 or a later one first';
    elsif v_fault is not null then
        raise exception 'There are tables "user" or item, and they are not the template''s: %', v_fault
            using errcode = 'AR409', hint = 'Name another database in POSTGRES_DB, or rename the tables';
    end if;

    select string_agg(same.emails, '; ' order by same.emails)
      into v_fault
      from (select string_agg(u.email, ' and ' order by u.email) as emails
              from public."user" u group by lower(u.email) having count(*) > 1 limit 20) same;
    if v_fault is not null then
        raise exception 'E-mails that differ by case only cannot be adopted: %', v_fault using errcode = 'AR409',
            hint = 'Here they name one person: change or delete all but one of each';
    end if;

    select string_agg(faulty.id::text, ', ')
      into v_fault
      from (select i.id from public.item i where i.owner_id is null or i.title = '' order by i.id limit 20) faulty;
    if v_fault is not null then
        raise exception 'Items without an owner or a title cannot be adopted: %', v_fault using errcode = 'AR409',
            hint = 'Give each an owner and a title, or delete it';
    end if;
end
$adopt$;

alter table public."user"
    alter column id set default gen_random_uuid(),
    alter column is_active set default true,
    alter column is_superuser set default false,
    alter column email type varchar(255),
    alter column full_name type varchar(255),
    alter column hashed_password type text,
    alter column hashed_password set default '!',
    add column tokens_valid_from timestamptz not null default now(),
    add column kept_token varchar(36);
create unique index user_email_key on public."user" (lower(email));
drop index if exists public.ix_user_email;

alter table public.item drop constraint if exists item_owner_id_fkey;
alter table public.item
    alter column id set default gen_random_uuid(),
    alter column title type varchar(255),
    alter column description type varchar(255),
    alter column owner_id set not null,
    add constraint item_owner_id_fkey foreign key (owner_id) references public."user" (id) on delete cascade,
    add constraint item_title_check check (char_length(title) >= 1);
create index item_owner_id_idx on public.item (owner_id, id);

-- Rows made from now on have a time as well. Only the template's newer revisions have the column.
do $created_at$
declare
    v_table regclass;
begin
    for v_table in
        select a.attrelid::regclass
          from pg_attribute a
         where a.attrelid in ('public."user"'::regclass, 'public.item'::regclass)
           and a.attname = 'created_at' and not a.attisdropped
    loop
        execute format('alter table %s alter column created_at set default now()', v_table);
        execute format('comment on column %s.created_at is %L', v_table, 'When the row was made; from the template.');
    end loop;
end
$created_at$;
