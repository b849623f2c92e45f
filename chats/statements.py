"""The statements of the fast lane: the chats of a batch are locked in key order, then all is done at once.

Their plans are made once and must be good whatever the statistics say, for a chat may have had no line when they were
gathered: what is looked up is named by its whole key, in a subquery of its own that leaves no other order.
"""

LOCK = """
SELECT id, public_head, clock_timestamp() FROM chats_chat WHERE id = ANY(%(chat)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

# Those of the chats that somebody else holds; nobody is waited for.
HELD = """
WITH free AS (SELECT id FROM chats_chat WHERE id = ANY(%(chat)s::uuid[]) FOR NO KEY UPDATE SKIP LOCKED)
SELECT id FROM chats_chat WHERE id = ANY(%(chat)s::uuid[]) AND id NOT IN (SELECT id FROM free)
"""

WRITER = "contactcenter-writer"  # the name of its connections

# A writer that was stopped between two statements of a pipeline is idle in no transaction that the server knows of:
# no timeout of a session ends it. Its connection is broken off by whoever sweeps.
BREAK_OFF = """
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND application_name = %(name)s
    AND state = 'active' AND wait_event = 'ClientRead' AND query_start < pg_catalog.clock_timestamp() - %(after)s
"""

WRITE = """
WITH said AS (
    SELECT * FROM json_to_recordset(%(said)s::json) AS t(
        n int, chat uuid, kind text, who text, name text, cid text, fingerprint bytea, text text, findings jsonb,
        agent int, queue int
    )
), looked AS (
    SELECT said.*, found.queue_id, found.state, found.public_head, found.kind AS of_kind,
        before.seq AS old_seq, before.at AS old_at, before.text AS old_text,
        before.findings AS old_findings, before.fingerprint AS old_fingerprint,
        held.id IS NOT NULL OR ahead.id IS NOT NULL AS held,
        seat.left_at IS NULL AS seated, seat.id IS NOT NULL AS may_read
    FROM said
    CROSS JOIN LATERAL (SELECT queue_id, state, public_head, kind FROM chats_chat WHERE id = said.chat LIMIT 1) AS found
    LEFT JOIN LATERAL (
        SELECT seq, at, text, findings, fingerprint FROM chats_entry
        WHERE chat_id = said.chat AND sender_kind = said.kind AND sender_id = said.who AND cid = said.cid AND cid <> ''
        LIMIT 1
    ) AS before ON true
    LEFT JOIN LATERAL (
        SELECT id FROM chats_heldmessage
        WHERE chat_id = said.chat AND sender_kind = said.kind AND sender_id = said.who AND cid = said.cid
        LIMIT 1
    ) AS held ON true
    LEFT JOIN LATERAL (
        SELECT id FROM chats_heldmessage
        WHERE chat_id = said.chat AND sender_kind = said.kind AND sender_id = said.who AND outcome = ''
        LIMIT 1
    ) AS ahead ON true
    LEFT JOIN LATERAL (
        SELECT id, left_at FROM chats_seat
        WHERE chat_id = said.chat AND agent_id = said.agent AND released_at IS NULL
        ORDER BY left_at DESC NULLS FIRST LIMIT 1
    ) AS seat ON true
), fresh AS (
    SELECT *, row_number() OVER (PARTITION BY chat ORDER BY n) AS nth, count(*) OVER (PARTITION BY chat) AS many,
        clock_timestamp() AS at
    FROM looked
    WHERE old_seq IS NULL AND NOT held AND state IN ('queued', 'offered', 'active')
        AND (kind = 'customer' OR (may_read AND seated AND of_kind = 'chat')) AND queue_id = coalesce(queue, queue_id)
), moved AS (
    UPDATE chats_chat SET public_head = chats_chat.public_head + fresh.many
    FROM fresh WHERE fresh.nth = 1 AND chats_chat.id = fresh.chat
        AND chats_chat.id = ANY(ARRAY(SELECT chat FROM fresh))
), written AS (
    INSERT INTO chats_entry (chat_id, stream, seq, kind, at, sender_kind, sender_id, sender_name, cid, fingerprint,
        text, findings, data)
    SELECT chat, 'public', public_head + nth, 'message', at, kind, who, name, cid, fingerprint, text, findings, '{}'
    FROM fresh
), noted AS (
    INSERT INTO chats_finding (chat_id, queue_id, at, sender_kind, sender_id, place, detector, action)
    SELECT chat, queue_id, at, kind, who, 'message', found ->> 'detector', found ->> 'action'
    FROM fresh CROSS JOIN LATERAL jsonb_array_elements(findings) AS found
)
SELECT looked.n, looked.queue_id, looked.state, looked.kind = 'customer' OR looked.may_read AS may_read,
    looked.kind = 'customer' OR looked.seated AS seated,
    looked.old_seq, looked.old_at, looked.old_text, looked.old_findings, looked.old_fingerprint, looked.held,
    fresh.public_head + fresh.nth, fresh.at
FROM looked LEFT JOIN fresh ON fresh.n = looked.n
"""

# A thousand customers may come back at once: each costs one statement to be known and one to see his chat.
OPENED_WITH = """
SELECT chat.id, chat.language, chat.customer_id, customer.name, entry_point.origins
FROM chats_chat AS chat
JOIN chats_customer AS customer ON customer.id = chat.customer_id
JOIN routing_entrypoint AS entry_point ON entry_point.id = chat.entry_point_id
WHERE chat.token = %(token)s AND chat.token_until > clock_timestamp()
"""

# Nobody who was heard since the socket closed, so many seconds ago, is away.
CUSTOMER_LEFT = """
UPDATE chats_chat SET customer_until = least(customer_until, clock_timestamp() - %(ago)s + %(grace)s)
WHERE id = %(chat)s AND state <> 'ended' AND customer_until <= clock_timestamp() - %(ago)s + %(lease)s
"""

_VIEW = """
SELECT chat.id, chat.kind, chat.state, chat.token_until, chat.public_head, chat.queue_id,
    coalesce(nullif(CASE chat.language WHEN 'de' THEN queue.name_de END, ''), queue.name), queue.ageing,
    chat.priority, chat.enqueued_at, chat.customer_away, chat.answered_at IS NOT NULL, chat.score IS NOT NULL,
    coalesce((
        SELECT json_agg(json_build_array(agent.id::text, agent.name, seat.seen) ORDER BY seat.joined_at)
        FROM chats_seat AS seat JOIN agents_agent AS agent ON agent.id = seat.agent_id
        WHERE seat.chat_id = chat.id AND seat.left_at IS NULL
    ), '[]'), clock_timestamp()
FROM {chat} AS chat JOIN routing_queue AS queue ON queue.id = chat.queue_id
"""
CUSTOMERS_VIEW = _VIEW.format(chat="(SELECT * FROM chats_chat WHERE id = %(chat)s)")
_HERE = """
WITH here AS (
    UPDATE chats_chat
    SET customer_until = CASE WHEN state = 'ended' THEN customer_until ELSE clock_timestamp() + %(lease)s END
    WHERE id = %(chat)s RETURNING *
)
"""
CUSTOMER_IS_HERE = _HERE + _VIEW.format(chat="here")
