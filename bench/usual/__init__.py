"""Yardstick: chat the usual way with Channels, as tutorials and many products do it.

One ORM transaction per message in Django's thread, one `group_send` per message, one layer receive per socket.
"""
