"""A day played again under other settings: what was wished, how far it is, what came of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Rehearsal(models.Model):
    """One what-if run. A task plays it in the background; rows are kept for comparison, for `REHEARSAL_DAYS` days."""

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Playing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    day = models.DateField(_("day"), help_text=_("Its recorded chats are played again, in the server's time zone."))
    changes = models.TextField(_("changed settings"), help_text=_("TOML."))
    seed = models.PositiveIntegerField(
        _("seed"), default=1, help_text=_("Of the draws: who answers how fast. The same one gives the same run.")
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False)
    error = models.TextField(_("what went wrong"), blank=True, editable=False)
    result = models.JSONField(_("result"), default=dict, editable=False)

    class Meta:
        verbose_name = _("what-if run")
        verbose_name_plural = _("what-if runs")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at"], name="rehearsal_newest")]

    def __str__(self) -> str:
        return f"{self.day} · {self.created_at:%H:%M}"
