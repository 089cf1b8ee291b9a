"""archive-table demo."""


def test_the_demo_runs_to_its_end_and_can_be_repeated(archive_table):
    for _ in range(2):
        result = archive_table("demo")

        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.count("refused, AR409") == 2
    assert archive_table("psql", "-Atc", "select count(*) from item").stdout == "0\n"
