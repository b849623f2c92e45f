"""What may be said and sent, as administrators set it: the policy of the organisation, of a queue, and own patterns."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lib.pci.custom import LONGEST_PATTERN, check_pattern
from lib.pci.kinds import DEFAULT_KINDS, KINDS
from lib.pci.mask import DEFAULT_DETECTORS
from routing.models import Queue

DETECTORS = (
    ("pan", _("card number")),
    ("pan_near", _("card number, mistyped")),
    ("cvv", _("card verification code")),
    ("pin", _("PIN")),
    ("track", _("magnetic stripe")),
    ("iban", _("IBAN")),
    ("us_ssn", _("US social security number")),
    ("email", _("e-mail address")),
    ("phone", _("phone number")),
)


def default_detectors() -> list[str]:
    """Everything but e-mail addresses and phone numbers."""
    return [name for name, _label in DETECTORS if name in DEFAULT_DETECTORS]


def default_kinds() -> list[str]:
    """Every kind of file that can be read, but no archives."""
    return list(DEFAULT_KINDS)


class ScreeningPolicy(models.Model):
    """What happens to data that must not be there: in one queue, or in all queues without a policy of their own."""

    class Policy(models.TextChoices):
        """Mask a part, or discard the whole."""

        REDACT = "redact", _("Redact: mask it, discard only the files that hold it")
        DROP = "drop", _("Drop: discard the whole message and its files")

    class Images(models.TextChoices):
        """What happens to images where no text can be read from them."""

        REFUSE = "refuse", _("Refuse them")
        LET_THROUGH = "let_through", _("Let them through unread")

    queue = models.OneToOneField(
        Queue,
        verbose_name=_("queue"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: every queue without a policy of its own."),
    )
    policy = models.CharField(_("policy"), max_length=8, choices=Policy.choices, default=Policy.REDACT)
    detectors = ArrayField(
        models.CharField(max_length=12, choices=DETECTORS),
        verbose_name=_("detectors"),
        default=default_detectors,
        blank=True,
        help_text=_("What is looked for. Without card numbers, they are stored and sent like any other text."),
    )
    attachments = models.BooleanField(_("files may be sent"), default=True)
    kinds = ArrayField(
        models.CharField(max_length=5, choices=[(kind, kind) for kind in KINDS]),
        verbose_name=_("kinds of files"),
        default=default_kinds,
        blank=True,
        help_text=_("By content; the name's ending must be one of them too."),
    )
    images = models.CharField(
        _("images that can't be read"),
        max_length=12,
        choices=Images.choices,
        default=Images.REFUSE,
        help_text=_("Where Tesseract is not installed, nobody can see what an image shows before people do."),
    )

    class Meta:
        verbose_name = _("screening policy")
        verbose_name_plural = _("screening policies")
        ordering = ["queue__name"]
        constraints = [models.UniqueConstraint(Coalesce("queue", Value(0)), name="one_policy_per_queue_or_all")]

    def __str__(self) -> str:
        return str(self.queue or _("All queues"))


def readable_pattern(pattern: str) -> None:
    """Raises ValidationError with the reason when the engine can't use the pattern."""
    reason = check_pattern(pattern)
    if reason:
        raise ValidationError(reason)


class CustomPattern(models.Model):
    """A pattern of the organisation's own; what it matches is masked whole."""

    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[\w-]+\Z", _("Letters, digits, - and _ only."))],
        help_text=_("Findings are reported as custom:<name>."),
    )
    pattern = models.CharField(
        _("pattern"),
        max_length=LONGEST_PATTERN,
        validators=[readable_pattern],
        help_text=_("A regular expression for RE2: no back-references, linear time. Upper and lower case differ."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
