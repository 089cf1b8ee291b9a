"""The tables of the full-stack FastAPI template, as its migrations make them, with rows in them."""

EARLIEST = """
create table alembic_version (version_num varchar(32) not null constraint alembic_version_pkc primary key);
insert into alembic_version values ('d98dd8ec85a3');
create table "user" (
    email varchar(255) not null, is_active boolean not null, is_superuser boolean not null, full_name varchar(255),
    hashed_password varchar not null, id uuid not null constraint user_pkey primary key
);
create unique index ix_user_email on "user" (email);
create table item (
    description varchar(255), title varchar(255) not null,
    owner_id uuid constraint item_owner_id_fkey references "user", id uuid not null constraint item_pkey primary key
);
"""
"""Its first revision with UUIDs as keys."""

NEWEST = (
    EARLIEST
    + """
alter table item alter owner_id set not null, drop constraint item_owner_id_fkey,
    add foreign key (owner_id) references "user" on delete cascade,
    add created_at timestamptz;
alter table "user" add created_at timestamptz;
update alembic_version set version_num = 'fe56fa70289e';
"""
)

INTEGERS = """
create table alembic_version (version_num varchar(32) not null constraint alembic_version_pkc primary key);
insert into alembic_version values ('9c0a54914c78');
create table "user" (
    email varchar(255) not null, is_active boolean not null, is_superuser boolean not null, full_name varchar(255),
    id serial constraint user_pkey primary key, hashed_password varchar not null
);
create unique index ix_user_email on "user" (email);
create table item (
    description varchar(255), id serial primary key, title varchar(255) not null,
    owner_id integer not null references "user"
);
"""

PASSWORD = "a password of the template"
HASH = "$2b$04$SLTCkKOU.1bRynjaQgwzOuoeGoT5ryBCedPyb55eQEgK70.UWhkBW"

ADA, ITEM = "3f0c1f5e-6a0e-4c39-9d0e-8f6d7f0f9a11", "a9f7a0f4-0c0b-4d7b-8a43-2f3d4b0f6c22"

ROWS = f"""
insert into "user" (id, email, is_active, is_superuser, full_name, hashed_password)
values ('{ADA}', 'Ada@Example.com', true, false, 'Ada Lovelace', '{HASH}');
insert into item (id, title, description, owner_id) values ('{ITEM}', 'Notebook', 'blue', '{ADA}');
"""
