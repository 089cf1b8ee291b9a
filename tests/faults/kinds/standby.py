"""The primary is lost, and its standby takes over."""

import shutil
import signal
import time

from tests.faults.kinds.registry import Site, fault

SYNCHRONOUS = "select 1 from pg_stat_replication where application_name = 'standby' and sync_state = 'sync'"


@fault(restarts=True, short=True)
def standby_promoted(site: Site) -> float:
    """A synchronous standby is made under load, the primary killed, the standby promoted, the address moved."""
    cluster, primary = site.cluster, site.cluster.node
    data = cluster.new_data()
    source = f"host={primary.socket} port=5432 user=postgres application_name=standby"
    primary.run("pg_basebackup", "-D", str(data), "-d", source, "-R", "-c", "fast", "-X", "stream")
    standby = cluster.add(data)
    standby.process.start()
    cluster.wait(host=standby.socket)
    with site.superuser() as connection:
        connection.execute("alter system set synchronous_standby_names = 'standby'")
        connection.execute("select pg_reload_conf()")
        while not connection.execute(SYNCHRONOUS).fetchone():
            time.sleep(0.05)
    time.sleep(1.5)

    killed = time.monotonic()
    primary.process.end(signal.SIGKILL)
    standby.run("pg_ctl", "promote", "-D", str(data), "-w")
    cluster.redirect(standby)
    shutil.rmtree(primary.data)
    return killed
