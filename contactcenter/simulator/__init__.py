"""Plays customers and agents against a running server over HTTP and WebSocket. Knows the wire, none of the rooms."""
