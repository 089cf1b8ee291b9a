"""Whatever the table and whatever happened to it, what is deleted from it can be restored as it was."""

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.fuzz.histories import History
from tests.fuzz.runs import SHARDS, examples, seed_of
from tests.fuzz.world import World


@pytest.mark.parametrize("shard", range(SHARDS))
def test_what_is_deleted_from_any_table_comes_back_as_it_was(databases, types, shard):
    @st.composite
    def histories(draw):
        """Run a history while it is drawn: what can come next depends on what there is."""
        world = World(databases)
        try:
            History(world, draw, types).run(most_steps=20)
        except Exception:
            note("\n".join(["-- Type into a fresh database:", *world.script]))
            raise
        finally:
            world.close()
            databases.drop()

    @settings(
        max_examples=examples(),
        phases=[Phase.generate, Phase.shrink],
        deadline=None,
        database=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def holds(_):
        """Everything is checked while the history is drawn."""

    seed(seed_of(shard))(holds)()
