"""Measurements: how fast and how much, in numbers that can be repeated."""
