"""Yardstick: the same chat written by hand with Starlette, asyncpg and Redis pub/sub, without a framework's layers.

One statement and one transaction per message through a pool, one `PUBLISH` per message, one subscription per process,
frames encoded once. It uses the tables of `bench.usual`.
"""
