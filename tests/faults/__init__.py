"""The promise "nothing is lost", under faults, repeatable by anyone: `make faults`.

Clients work on a server of its own over HTTP and in SQL, while processes are killed, the disk is full, migrations run.
Every acknowledged operation is written to a journal that is synced to disk, and to a model in memory. After each fault
the whole database is compared with the model of the whole history.

Service back *unaided* means: a supervisor starts a dead process anew at once, as systemd or a container runtime does,
and nobody repairs anything.
"""
