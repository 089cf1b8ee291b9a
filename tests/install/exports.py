"""What the tests of exports have in common."""

import json


def files(folder):
    return sorted(file.name for file in folder.iterdir())


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())["files"]


def outcomes(done):
    assert done.stderr == ""
    return dict(line.strip().split(maxsplit=2)[::2] for line in done.stdout.splitlines() if line[2:4] == "20")


def logged(shop):
    return shop.execute(
        "select to_char(month at time zone 'UTC', 'YYYY-MM'), rows, place from archive.export_log order by log_id"
    ).fetchall()


def fault(shop, month, table="note"):
    return shop.execute("select archive._export_fault(%s, %s)", [table, f"{month}-01T00:00:00Z"]).fetchone()[0]
