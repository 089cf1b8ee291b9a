"""Every kind of fault."""

from tests.faults.kinds import api, disk, limits, postgres, standby, upkeep
from tests.faults.kinds.registry import FAULTS, Fault, Site, Skipped

__all__ = ["FAULTS", "Fault", "Site", "Skipped", "api", "disk", "limits", "postgres", "standby", "upkeep"]
