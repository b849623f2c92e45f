"""The roof: wires the rooms together; knows all, known by none."""

from contactcenter.celery import app as celery_app

__all__ = ["celery_app"]
