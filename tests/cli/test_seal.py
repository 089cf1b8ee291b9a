"""archive-table seal and verify."""


def test_a_published_digest_tells_what_was_changed_since(archive_table, tmp_path):
    digests = tmp_path / "digests"
    archive_table("psql", "-c", "insert into \"user\" (email) values ('sealed@example.com')")
    archive_table("psql", "-c", "delete from \"user\" where email = 'sealed@example.com'")

    sealed = archive_table("seal", "--publish", str(digests))
    again = archive_table("seal", "--publish", str(digests))
    holds = archive_table("verify", "--against", str(digests))
    archive_table("psql", "-c", "update user_archive set reason = 'x' where email = 'sealed@example.com'")
    try:
        altered = archive_table("verify", "--against", str(digests))
    finally:
        archive_table("psql", "-c", "update user_archive set reason = null where email = 'sealed@example.com'")

    assert (sealed.returncode, again.returncode, holds.returncode, altered.returncode) == (0, 0, 0, 1)
    assert sealed.stdout == again.stdout
    assert digests.read_text().startswith(sealed.stdout.strip())
    assert len(digests.read_text().splitlines()) == 1
    assert "altered" in altered.stdout


def test_a_digest_of_another_archive_does_not_hold(archive_table, tmp_path):
    (tmp_path / "digests").write_text("0" * 64)

    assert archive_table("verify", "--against", str(tmp_path / "digests")).returncode == 1


def test_a_file_that_cannot_be_read_or_written_is_named(archive_table, tmp_path):
    read = archive_table("verify", "--against", str(tmp_path / "nothing"))
    archive_table("psql", "-c", "insert into \"user\" (email) values ('other@example.com')")
    archive_table("psql", "-c", "delete from \"user\" where email = 'other@example.com'")
    written = archive_table("seal", "--publish", str(tmp_path / "nowhere" / "digests"))

    assert (read.returncode, written.returncode) == (1, 1)
    assert "nothing" in read.stderr
    assert "nowhere" in written.stderr
