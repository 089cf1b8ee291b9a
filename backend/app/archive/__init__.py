"""Calls to the SQL interface of schema `archive`, by subject. Every rule is in `sql/archive/`; none is repeated.

Deletes are in `queries`: the trigger that `sql/archive/20_capture.sql` writes archives them.
"""
