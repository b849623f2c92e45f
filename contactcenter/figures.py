"""The first page's numbers in words of the reader's language: cells that template and browser both just show."""

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agents.states import State as AgentState
from chats import reading
from contactcenter.dashboard import LATE, Now, Today, now, opening
from contactcenter.invariants import last_report
from routing.explanation import duration

Cell = dict[str, Any]

WORDS_SHOWN = 160
LOGGED = {1: "plus", 2: "edit", 3: "x"}


def figures(request: HttpRequest) -> dict[str, Any]:
    """What the first page shows to this person: figures, tables (rows of cells) and states."""
    house = now()
    may_read = request.user.has_perm("chats.view_chat")
    may_audit = request.user.has_perm("admin.view_logentry")
    return {
        "stamp": formats.date_format(timezone.localtime(house.at), pgettext("date format", "l j F Y, H:i")),
        "time": formats.date_format(timezone.localtime(house.at), "H:i:s"),
        "figures": _figures(house.today),
        "tables": {
            "queues": {
                "count": "",
                "columns": _columns(
                    (_("Queue"), ""),
                    (_("Waiting"), "r"),
                    (_("Oldest"), "r"),
                    (_("Service level today"), "r"),
                    (_("Hours"), ""),
                ),
                "rows": [_queue(row, house) for row in house.queues],
                "empty": _("There is no queue yet."),
            },
            "waiting": {
                "count": number(house.in_line),
                "columns": _columns(
                    (_("Customer"), ""), (_("Queue"), ""), (_("Last words"), ""), (_("Waiting for"), "r"), ("", "")
                ),
                "rows": [_waiting(chat, house) for chat in house.waiting] if may_read else [],
                "empty": _("Nobody is waiting."),
            },
            "findings": {
                "count": _("%(n)s, never the data itself") % {"n": number(house.found)},
                "columns": _columns(
                    (_("When"), ""), (_("Where"), ""), (_("From"), ""), (_("Detector"), ""), (_("Action"), "")
                ),
                "rows": [_finding(row) for row in house.findings] if may_read else [],
                "empty": _("Nothing was found today."),
            },
            "changes": {"rows": [_logged(row) for row in house.changes] if may_audit else []},
        },
        "agents": _agents(house),
        "system": [_timers(house), _invariants(request)],
    }


def number(value: float, places: int = 0) -> str:
    """A number as the reader's language writes it."""
    return formats.number_format(value, decimal_pos=places, force_grouping=True)


def percent(value: float | None, places: int = 0) -> str:
    """A percentage, or a dash when there is none."""
    return "–" if value is None else f"{number(value, places)} %"


def _figures(today: Today) -> list[dict[str, str]]:
    change = 100 * (today.started - today.a_week_ago) / today.a_week_ago if today.a_week_ago else None
    note = "" if change is None else _("%(change)s on last week") % {"change": f"{change:+.0f} %"}
    answered = 100 * today.answered / today.queued if today.queued else None
    by_bot = 100 * today.by_bot / today.started if today.started else None
    ratings = ngettext("%(n)s rating", "%(n)s ratings", today.ratings) % {"n": number(today.ratings)}
    by_bot_note = ngettext("%(n)s chat", "%(n)s chats", today.by_bot) % {"n": number(today.by_bot)}
    p95 = "" if today.p95_wait is None else f"p95 {duration(today.p95_wait.total_seconds())}"
    average = "–" if today.average_wait is None else duration(today.average_wait.total_seconds())
    return [
        {"label": _("Chats started"), "value": number(today.started), "note": note},
        {"label": _("Answered"), "value": number(today.answered), "note": percent(answered, 1)},
        {"label": _("Service level"), "value": percent(today.service_level, 1), "note": _("answered in time")},
        {"label": _("Average wait"), "value": average, "note": p95},
        {"label": _("Solved by the chatbot"), "value": percent(by_bot), "note": by_bot_note},
        {"label": _("Rating"), "value": "–" if today.rating is None else number(today.rating, 1), "note": ratings},
    ]


def _columns(*headings: tuple[str, str]) -> list[dict[str, str]]:
    return [{"text": text, "kind": kind} for text, kind in headings]


def _cell(text: str, kind: str = "", href: str = "") -> Cell:
    return {"text": text, "kind": kind, "href": href}


def _queue(row: Any, house: Now) -> list[Cell]:
    queue = row.queue
    waited = (house.at - row.oldest).total_seconds() if row.oldest else 0
    level = "below" if row.service_level is not None and row.service_level < queue.service_level_percent else ""
    return [
        _cell(queue.name, "head", reverse("admin:routing_queue_change", args=[queue.pk])),
        _cell(number(row.waiting), "r"),
        _cell(duration(waited) if row.oldest else "–", "r late" if waited > queue.service_level_seconds else "r"),
        _cell(percent(row.service_level), f"r {level}".strip()),
        _cell(opening(queue.hours, house.at)),
    ]


def _waiting(chat: Any, house: Now) -> list[Cell]:
    waited = (house.at - chat.enqueued_at).total_seconds()
    why = f"{reverse('admin:routing_decision_changelist')}?q={chat.pk}"
    return [
        _cell(reading.name_of(chat.customer), "head", reverse("admin:chats_chat_change", args=[chat.pk])),
        _cell(chat.queue.name),
        _cell((chat.last_words or "")[:WORDS_SHOWN], "words"),
        _cell(duration(waited), "r late" if waited > chat.queue.service_level_seconds else "r"),
        _cell(_("why"), "", why),
    ]


def _finding(finding: Any) -> list[Cell]:
    where = reading.word(reading.PLACES, finding.place)
    queue = f", {finding.chat.queue.name}" if finding.chat else ""
    at = formats.date_format(timezone.localtime(finding.at), "H:i")
    return [
        _cell(at, "head num", reverse("admin:chats_finding_change", args=[finding.pk])),
        _cell(where + queue),
        _cell(reading.word(reading.SENDERS, finding.sender_kind)),
        _cell(reading.detector(finding.detector)),
        _cell(reading.word(reading.ACTIONS, finding.action)),
    ]


def _logged(entry: LogEntry) -> list[Cell]:
    kind = capfirst(entry.content_type.name) if entry.content_type else ""
    who = entry.user.get_full_name() or entry.user.get_username()
    at = formats.date_format(timezone.localtime(entry.action_time), "SHORT_DATETIME_FORMAT")
    name = f"{kind} {entry.object_repr}".strip()
    href = "" if entry.is_deletion() else entry.get_admin_url() or ""
    return [_cell(name, LOGGED.get(entry.action_flag, "edit"), href), _cell(", ".join((*values(entry)[:2], who, at)))]


def values(entry: LogEntry) -> list[str]:
    """What a change changed, as "label: before → after"."""
    try:
        parts = json.loads(entry.change_message or "[]")
    except ValueError:
        return []  # an old message in plain words
    changed = (part.get("changed", {}).get("values", ()) for part in parts if isinstance(part, dict))
    return [f"{capfirst(_(label))}: {before} → {after}" for each in changed for label, before, after in each]


def _agents(house: Now) -> dict[str, Any]:
    open_chats = ngettext("%(n)s chat open", "%(n)s chats open", house.open_chats) % {"n": number(house.open_chats)}
    wrapups = _("%(n)s wrapping up") % {"n": number(house.open_wrapups)}
    bot = _("%(n)s with the chatbot") % {"n": number(house.with_bot)}
    total, x, states = sum(house.agents.values()), 0.0, []
    for state in AgentState:
        count = house.agents.get(state, 0)
        width = 100 * count / total if total else 0.0
        states.append(
            {
                "state": state.value,
                "label": str(state.label),
                "count": number(count),
                "x": f"{x:.2f}",
                "width": f"{width:.2f}",
            }
        )
        x += width
    return {"total": number(total), "states": states, "note": f"{open_chats}, {wrapups}, {bot}"}


def _timers(house: Now) -> dict[str, Any]:
    late = house.overdue > LATE
    words = _("%(time)s late: does the worker run?") if late else _("in time")
    return {"label": _("Timers"), "ok": not late, "text": words % {"time": duration(house.overdue.total_seconds())}}


def _invariants(request: HttpRequest) -> dict[str, Any]:
    report = last_report()
    if report is None:
        words = _("not checked yet")
    elif report.broken:
        words = ngettext("%(n)s broken", "%(n)s broken", report.broken) % {"n": number(report.broken)}
    else:
        words = _("all hold, %(time)s") % {"time": formats.date_format(timezone.localtime(report.at), "H:i")}
    ok = report is None or not report.broken
    href = reverse("admin:invariants") if request.user.has_perm("chats.check_invariants") else ""
    return {"label": _("Invariants"), "ok": ok, "text": words, "href": href}
