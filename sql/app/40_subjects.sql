-- Who is a person, and by what others know them.

select archive.declare_subject('public."user"', labels => '{email}');
