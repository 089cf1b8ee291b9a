-- This project's archive with the fewest indexes.

select archive.enable(format('%I.item', current_schema)::regclass, lookups => 'undo');
