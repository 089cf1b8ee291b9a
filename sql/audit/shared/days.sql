-- Refuses a number of days that is none.

select :'days' ~ '^[0-9]{1,5}$' as is_number \gset
\if :is_number
\else
    do $$ begin raise exception 'days must be a whole number, such as -v days=30'; end $$;
\endif
