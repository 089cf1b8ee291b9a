"""The list of faults."""

from app.core.resources import REPOSITORY

from tests.faults.kinds import FAULTS


def test_the_readme_lists_every_fault():
    rows = [
        f"| {fault.name} | {fault.what} | {'yes' if fault.restarts else ''} | {'yes' if fault.short else ''} |"
        for fault in FAULTS.values()
    ]

    assert "\n".join(rows) in (REPOSITORY / "tests/faults/README.md").read_text()


def test_the_short_form_has_a_dozen_kinds_that_need_no_disk_of_their_own():
    short = [fault for fault in FAULTS.values() if fault.short and "disk" not in fault.name]

    assert len(short) >= 12
