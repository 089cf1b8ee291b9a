-- The table that rows are deleted from: as this project's, with the same indexes, checks and foreign key.

create table item (like public.item including all);

alter table item add foreign key (owner_id) references public."user" on delete cascade;

grant select, insert, update, delete on item to archive_runtime;
