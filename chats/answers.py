"""Words written beforehand: the chatbot's answers and the agents' canned responses."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.fields import ScannedCharField, ScannedTextField
from routing.models import EntryPoint, Queue


class BotAnswer(models.Model):
    """What the chatbot says to a phrase."""

    entry_point = models.ForeignKey(
        EntryPoint, verbose_name=_("entry point"), on_delete=models.CASCADE, related_name="answers"
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        choices=[("en", _("English")), ("de", _("German"))],
        help_text=_("Empty: whatever the customer speaks."),
    )
    triggers = ScannedTextField(
        _("trigger phrases"),
        help_text=_("One a line. Found in any spelling of case; small typing errors are forgiven."),
    )
    text = ScannedTextField(_("answer"), blank=True, help_text=_("Empty only for an answer that hands over."))
    quick_replies = ScannedTextField(_("quick replies"), blank=True, help_text=_("Buttons to go on with, one a line."))
    hands_over = models.BooleanField(_("hands over"), default=False, help_text=_("A person is asked for afterwards."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("chatbot answer")
        verbose_name_plural = _("chatbot answers")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(hands_over=True),
                name="answer_says_or_hands_over",
                violation_error_message=_("Write an answer, or let it hand over."),
            )
        ]

    def __str__(self) -> str:
        return self.triggers.partition("\n")[0]


class CannedResponse(models.Model):
    """A sentence agents insert and may change before sending."""

    title = ScannedCharField(_("title"), max_length=80)
    shortcut = models.CharField(
        _("shortcut"),
        max_length=30,
        blank=True,
        validators=[RegexValidator(r"^[\w-]+\Z", _("Letters, digits, - and _ only."))],
        help_text=_("Typed after / in the composer."),
    )
    folder = ScannedCharField(_("folder"), max_length=60, blank=True)
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        choices=[("en", _("English")), ("de", _("German"))],
        help_text=_("Empty: offered in every language."),
    )
    text = ScannedTextField(
        _("text"),
        help_text=_("May hold {customer.name}, {agent.name} and {queue.name}; anything else in braces stays."),
    )
    queues = models.ManyToManyField(
        Queue, verbose_name=_("queues"), blank=True, related_name="+", help_text=_("Empty: all queues.")
    )
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)

    class Meta:
        verbose_name = _("canned response")
        verbose_name_plural = _("canned responses")
        ordering = ["folder", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut", "language"],
                condition=~Q(shortcut=""),
                name="shortcut_once_per_language",
                violation_error_message=_("Another response of this language has this shortcut."),
            )
        ]

    def __str__(self) -> str:
        return self.title
