"""What the administration has written for customers, in English and German: `field` and `field_de` of a row."""

from django.db.models import Model


def in_language(row: Model, field: str, language: str) -> str:
    """The words for customers of that language; those in the other language where it has none, empty without any."""
    english, german = str(getattr(row, field)), str(getattr(row, f"{field}_de"))
    return (german or english) if language == "de" else (english or german)
