"""A property test over tables: what is deleted from any table comes back as it was.

`types` and `tables` make tables, `steps` are what happens to them, `world` runs steps against a database and keeps the
model, `checks` and `restores` compare the two.
"""
