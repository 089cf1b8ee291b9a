"""Calls to the SQL interface of schema `archive`, by subject. Every rule is in `sql/archive/`; none is repeated."""
