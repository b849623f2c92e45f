"""What always holds of chats, offers, seats and lines: in the rows, in the ledger, and at every moment between."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from chats.operations.presence import GRACE
from chats.states import TRANSITIONS
from lib.invariants import Invariant

LATEST = 10  # seconds after its deadline at which an offer has lapsed, even with one process dead
STUCK = 60  # seconds after a deadline when nobody will act on it any more
AFTER_THE_END = ["amended"]  # kinds of lines that may follow the last one
MOVES = [(verb, was, now) for verb, moves in TRANSITIONS.items() for was, now in moves.items()]
TABLE: dict[str, Any] = {
    "verbs": [verb for verb, _was, _now in MOVES],
    "was": [str(was) for _verb, was, _now in MOVES],
    "now": [str(now) for _verb, _was, now in MOVES],
    "endings": sorted({verb for verb, _was, now in MOVES if now == "ended"}),
}

ONE_OFFER = Invariant(
    "one_offer",
    _("A chat is offered to one agent at a time."),
    """
    SELECT DISTINCT chat_id::text FROM (
        SELECT chat_id, offered_at, lag(coalesce(ended_at, 'infinity')) OVER (PARTITION BY chat_id
            ORDER BY offered_at, coalesce(ended_at, 'infinity')) AS free
        FROM chats_offer WHERE coalesce(ended_at, 'infinity') >= %(since)s
    ) AS offer WHERE offered_at < free
    """,
)

ONE_OWNER = Invariant(
    "one_owner",
    _("A chat has one owner at a time, and while it has one it isn't given out by routing."),
    """
    SELECT chat_id::text FROM chats_seat WHERE role = 'owner' AND left_at IS NULL GROUP BY chat_id HAVING count(*) > 1
    UNION
    SELECT offer.chat_id::text FROM chats_offer AS offer JOIN chats_seat AS seat ON seat.chat_id = offer.chat_id
    WHERE offer.kind = 'route' AND seat.role = 'owner' AND coalesce(offer.ended_at, 'infinity') >= %(since)s
        AND offer.offered_at < coalesce(seat.left_at, 'infinity')
        AND coalesce(offer.ended_at, 'infinity') > seat.joined_at
    """,
)

CAPACITY = Invariant(
    "capacity",
    _("No offer brings an agent above what his multimedia profile allows: requests, chats and wrap-ups together."),
    """
    SELECT held.offer::text FROM (
        SELECT chat_id, offer, sum(n) OVER (PARTITION BY agent_id ORDER BY at, n ROWS UNBOUNDED PRECEDING) AS load
        FROM (
            SELECT agent_id, chat_id, id AS offer, offered_at AS at, 1 AS n FROM chats_offer
                WHERE coalesce(ended_at, 'infinity') >= %(since)s
            UNION ALL SELECT agent_id, NULL, NULL, ended_at, -1 FROM chats_offer WHERE ended_at >= %(since)s
            UNION ALL SELECT agent_id, NULL, NULL, joined_at, 1 FROM chats_seat
                WHERE coalesce(released_at, 'infinity') >= %(since)s
            UNION ALL SELECT agent_id, NULL, NULL, released_at, -1 FROM chats_seat WHERE released_at >= %(since)s
        ) AS change
    ) AS held JOIN chats_chatevent AS event ON event.chat_id = held.chat_id
        AND event.data ->> 'offer' = held.offer::text AND event.data ? 'capacity'
    WHERE held.load > (event.data ->> 'capacity')::int
    """,
)

AVAILABLE = Invariant(
    "available",
    _("Only an agent who is Available is offered a chat; after RONA nothing comes until he chooses."),
    """
    SELECT offer.id::text FROM chats_offer AS offer LEFT JOIN LATERAL (
        SELECT state, ended_at FROM agents_spell
        WHERE agent_id = offer.agent_id AND started_at <= offer.offered_at ORDER BY started_at DESC LIMIT 1
    ) AS spell ON true
    WHERE offer.offered_at >= %(since)s
        AND (spell.state IS DISTINCT FROM 'available' OR spell.ended_at <= offer.offered_at)
    """,
)

FITTING = Invariant(
    "fitting",
    _("Routing offers a chat only to an agent of the teams and with the skills that its queue asks for by then."),
    """
    SELECT offer.id::text FROM chats_offer AS offer LEFT JOIN LATERAL (
        SELECT decision.snapshot, (
            SELECT one FROM jsonb_array_elements(coalesce(roster.candidates, decision.snapshot -> 'candidates')) AS one
            WHERE one ->> 0 = offer.agent_id::text
        ) AS agent
        FROM routing_decision AS decision LEFT JOIN routing_roster AS roster ON roster.id = decision.roster_id
        WHERE decision.contact = offer.chat_id AND decision.chosen_id = offer.agent_id
            AND decision.at <= offer.offered_at
        ORDER BY decision.at DESC LIMIT 1
    ) AS made ON true
    WHERE offer.kind = 'route' AND offer.offered_at >= %(since)s
        AND offer.offered_at > (SELECT min(at) FROM routing_decision)
        AND (
            made.agent IS NULL
            OR NOT EXISTS (
                SELECT 1 FROM jsonb_array_elements(made.snapshot -> 'groups') AS open
                WHERE (open ->> 'after')::float <= (made.snapshot ->> 'waited')::float
                    AND open -> 'teams' @> (made.agent -> 1)
            )
            OR EXISTS (
                SELECT 1 FROM jsonb_array_elements(made.snapshot -> 'needs') AS need CROSS JOIN LATERAL (
                    SELECT (step ->> 'level')::int AS level FROM jsonb_array_elements(need -> 'steps') AS step
                    WHERE (step ->> 'after')::float <= (made.snapshot ->> 'waited')::float
                    ORDER BY (step ->> 'after')::float DESC LIMIT 1
                ) AS asked
                WHERE asked.level > coalesce((
                    SELECT (skill ->> 1)::int FROM jsonb_array_elements(made.agent -> 6) AS skill
                    WHERE skill -> 0 = need -> 'skill'
                ), 0)
            )
        )
    """,
)

OFFER_ENDS_ONCE = Invariant(
    "offer_ends_once",
    _("An offer ends exactly once: accepted, lapsed, withdrawn or cancelled."),
    """
    SELECT offer.id::text FROM chats_offer AS offer LEFT JOIN chats_chatevent AS event
        ON event.chat_id = offer.chat_id AND event.data ->> 'offer' = offer.id::text
        AND event.verb IN ('accept', 'lapse', 'withdraw', 'cancel')
    WHERE coalesce(offer.ended_at, 'infinity') >= %(since)s
    GROUP BY offer.id HAVING NOT CASE offer.outcome
        WHEN '' THEN count(event.id) = 0
        WHEN 'accepted' THEN array_agg(event.verb) = ARRAY['accept']::varchar[] AND min(event.at) = offer.ended_at
        WHEN 'lapsed' THEN array_agg(event.verb) = ARRAY['lapse']::varchar[] AND min(event.at) = offer.ended_at
        WHEN 'withdrawn' THEN array_agg(event.verb) = ARRAY['withdraw']::varchar[] AND min(event.at) = offer.ended_at
        ELSE count(event.id) = 0 AND EXISTS (
            SELECT 1 FROM chats_chatevent AS last WHERE last.chat_id = offer.chat_id AND last.at = offer.ended_at)
        END
    """,
)

RONA_IN_TIME = Invariant(
    "rona_in_time",
    _("An offer lapses at its deadline: never early, at most 10 seconds late; after it nobody can accept."),
    """
    SELECT id::text FROM chats_offer WHERE offered_at >= %(since)s AND (
        outcome = 'lapsed' AND ended_at NOT BETWEEN expires_at AND expires_at + make_interval(secs => %(latest)s)
        OR outcome = 'accepted' AND ended_at >= expires_at
        OR outcome = '' AND expires_at + make_interval(secs => %(latest)s) < clock_timestamp()
    )
    """,
    {"latest": LATEST},
)

RONA_AFTER_LAPSE = Invariant(
    "rona_after_lapse",
    _("Who lets an offer lapse is in RONA from that moment, unless he had gone or was in RONA already."),
    """
    SELECT offer.id::text FROM chats_offer AS offer JOIN LATERAL (
        SELECT state, ended_at FROM agents_spell
        WHERE agent_id = offer.agent_id AND started_at <= offer.ended_at ORDER BY started_at DESC LIMIT 1
    ) AS held ON held.state IN ('available', 'idle') AND coalesce(held.ended_at, 'infinity') > offer.ended_at
    WHERE offer.outcome = 'lapsed' AND offer.ended_at >= %(since)s
        AND NOT EXISTS (
            SELECT 1 FROM agents_spell AS rona WHERE rona.agent_id = offer.agent_id AND rona.verb = 'miss'
                AND rona.started_at BETWEEN offer.ended_at AND offer.ended_at + interval '10 seconds')
        AND (held.ended_at IS NULL OR EXISTS (
            SELECT 1 FROM agents_spell AS stays WHERE stays.agent_id = offer.agent_id
                AND stays.started_at = held.ended_at))
    """,
)

AGE_KEPT = Invariant(
    "age_kept",
    _("A chat keeps the moment it was first queued, however often it comes back."),
    """
    SELECT chat.id::text FROM chats_chat AS chat LEFT JOIN LATERAL (
        SELECT min(at) AS at FROM chats_chatevent WHERE chat_id = chat.id AND verb IN ('hand_over', 'take_up')
    ) AS first ON true
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s AND chat.enqueued_at IS DISTINCT FROM first.at
    """,
)

ALL_END = Invariant(
    "all_end",
    _("Every chat begins once and ends once; none is left that nobody will move any more."),
    """
    SELECT chat.id::text FROM chats_chat AS chat
    LEFT JOIN chats_chatevent AS event ON event.chat_id = chat.id
    LEFT JOIN routing_entrypoint AS door ON door.id = chat.entry_point_id
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s
    GROUP BY chat.id, door.away_timeout
    HAVING count(*) FILTER (WHERE event.verb = 'open') <> 1
        OR count(*) FILTER (WHERE event.verb = ANY(%(endings)s)) <> CASE chat.state WHEN 'ended' THEN 1 ELSE 0 END
        OR chat.state <> 'ended' AND chat.kind = 'chat'
            AND chat.customer_until + make_interval(secs => door.away_timeout + %(stuck)s) < clock_timestamp()
    UNION
    SELECT chat_id::text FROM chats_seat
    WHERE left_at IS NULL AND away_since + make_interval(secs => %(grace)s + %(stuck)s) < clock_timestamp()
    """,
    {"endings": TABLE["endings"], "stuck": STUCK, "grace": GRACE.total_seconds()},
)

STATE_AGREES = Invariant(
    "state_agrees",
    _("A chat is offered exactly while routing offers it, and connected exactly while somebody owns it."),
    """
    SELECT chat.id::text FROM chats_chat AS chat
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s AND (
        (chat.state = 'offered')
            <> EXISTS (SELECT 1 FROM chats_offer WHERE chat_id = chat.id AND outcome = '' AND kind = 'route')
        OR (chat.state = 'active')
            <> EXISTS (SELECT 1 FROM chats_seat WHERE chat_id = chat.id AND left_at IS NULL AND role = 'owner')
        OR chat.state <> 'active' AND EXISTS (SELECT 1 FROM chats_seat WHERE chat_id = chat.id AND left_at IS NULL)
        OR chat.state <> 'active'
            AND EXISTS (SELECT 1 FROM chats_offer WHERE chat_id = chat.id AND outcome = '' AND kind <> 'route')
    )
    """,
)

LEGS = Invariant(
    "legs",
    _("A chat has one open leg, in its queue, exactly while it stands in line; its legs don't overlap."),
    """
    SELECT chat.id::text FROM chats_chat AS chat
    LEFT JOIN chats_leg AS leg ON leg.chat_id = chat.id AND leg.ended_at IS NULL
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s
        AND leg.queue_id IS DISTINCT FROM CASE WHEN chat.state IN ('queued', 'offered') THEN chat.queue_id END
    UNION
    SELECT chat_id::text FROM (
        SELECT chat_id, since,
            lag(coalesce(ended_at, 'infinity')) OVER (PARTITION BY chat_id ORDER BY since, id) AS free
        FROM chats_leg WHERE coalesce(ended_at, 'infinity') >= %(since)s
    ) AS leg WHERE since < free
    """,
)

CHAT_LEDGER = Invariant(
    "chat_ledger",
    _("The ledger, played again, gives every chat's state, queue and times, and each seat began with a row of it."),
    """
    SELECT told.chat_id::text FROM (
        SELECT event.chat_id, event.verb, event.state, event.at, lag(event.at) OVER chat AS before,
            lag(event.state) OVER chat AS was
        FROM chats_chatevent AS event JOIN chats_chat ON chats_chat.id = event.chat_id
        WHERE coalesce(chats_chat.ended_at, 'infinity') >= %(since)s
        WINDOW chat AS (PARTITION BY event.chat_id ORDER BY event.id)
    ) AS told LEFT JOIN unnest(%(verbs)s::text[], %(was)s::text[], %(now)s::text[]) AS move(verb, was, now)
        ON move.verb = told.verb AND move.was = told.was
    WHERE told.at < told.before OR CASE
        WHEN told.was IS NULL THEN told.verb <> 'open' OR told.state NOT IN ('bot', 'later')
        WHEN told.verb = ANY(%(verbs)s) THEN told.state IS DISTINCT FROM move.now
        ELSE told.state <> told.was END
    UNION
    SELECT chat.id::text FROM chats_chat AS chat LEFT JOIN LATERAL (
        SELECT (array_agg(state ORDER BY id DESC))[1] AS state,
            (array_agg(data ->> 'queue' ORDER BY id DESC) FILTER (WHERE data ? 'queue'))[1] AS queue,
            min(at) FILTER (WHERE verb = 'accept') AS answered_at,
            max(at) FILTER (WHERE verb = ANY(%(endings)s)) AS ended_at
        FROM chats_chatevent WHERE chat_id = chat.id
    ) AS told ON true
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s AND (
        (chat.state, chat.answered_at, chat.ended_at) IS DISTINCT FROM (told.state, told.answered_at, told.ended_at)
        OR told.queue <> chat.queue_id::text)
    UNION
    SELECT seat.chat_id::text FROM chats_seat AS seat
    WHERE coalesce(seat.released_at, 'infinity') >= %(since)s
        AND NOT EXISTS (SELECT 1 FROM chats_chatevent WHERE chat_id = seat.chat_id AND at = seat.joined_at)
    """,
    TABLE,
)

LINES_NUMBERED = Invariant(
    "lines_numbered",
    _("The lines of a chat are numbered from 1 without a gap, in the order of their times."),
    """
    SELECT concat_ws('/', chat.id, line.stream) FROM chats_chat AS chat LEFT JOIN (
        SELECT chat_id, stream, count(*) AS n, min(seq) AS low, max(seq) AS high, bool_or(at < before) AS back FROM (
            SELECT entry.chat_id, entry.stream, entry.seq, entry.at,
                lag(entry.at) OVER (PARTITION BY entry.chat_id, entry.stream ORDER BY entry.seq) AS before
            FROM chats_entry AS entry JOIN chats_chat ON chats_chat.id = entry.chat_id
            WHERE coalesce(chats_chat.ended_at, 'infinity') >= %(since)s
        ) AS each GROUP BY chat_id, stream
    ) AS line ON line.chat_id = chat.id
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s AND (
        line.low <> 1 OR line.high <> line.n OR line.back
        OR line.high IS DISTINCT FROM CASE line.stream WHEN 'staff' THEN chat.staff_head
            WHEN 'public' THEN chat.public_head ELSE nullif(chat.public_head + chat.staff_head, 0) END
    )
    """,
)

END_IS_LAST = Invariant(
    "end_is_last",
    _("After the end of a chat no line follows, but for files that were looked at late."),
    """
    SELECT chat.id::text FROM chats_chat AS chat LEFT JOIN LATERAL (
        SELECT count(*) AS n, min(seq) AS seq FROM chats_entry
        WHERE chat_id = chat.id AND stream = 'public' AND kind = 'ended'
    ) AS last ON true
    WHERE coalesce(chat.ended_at, 'infinity') >= %(since)s AND (
        last.n <> CASE chat.state WHEN 'ended' THEN 1 ELSE 0 END
        OR EXISTS (SELECT 1 FROM chats_entry AS line WHERE line.chat_id = chat.id AND line.kind <> ALL(%(allowed)s)
            AND (line.stream = 'public' AND line.seq > last.seq OR line.at > chat.ended_at))
    )
    """,
    {"allowed": AFTER_THE_END},
)

INVARIANTS = (
    ONE_OFFER,
    ONE_OWNER,
    CAPACITY,
    AVAILABLE,
    FITTING,
    OFFER_ENDS_ONCE,
    RONA_IN_TIME,
    RONA_AFTER_LAPSE,
    AGE_KEPT,
    ALL_END,
    STATE_AGREES,
    LEGS,
    CHAT_LEDGER,
    LINES_NUMBERED,
    END_IS_LAST,
)
