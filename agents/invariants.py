"""What always holds of agents and their time."""

from django.utils.translation import gettext_lazy as _

from lib.invariants import Invariant

SPELLS = Invariant(
    "spells",
    _("An agent's time in his states adds up to his time signed in: no hole, no overlap."),
    """
    SELECT DISTINCT agent_id::text FROM (
        SELECT agent_id, started_at, verb, lag(id) OVER agent AS before, CASE
            WHEN lag(id) OVER agent IS NOT NULL THEN coalesce(lag(ended_at) OVER agent, 'infinity') END AS free
        FROM agents_spell WHERE coalesce(ended_at, 'infinity') >= %(since)s
        WINDOW agent AS (PARTITION BY agent_id ORDER BY started_at, id)
    ) AS spell
    WHERE started_at < free
        OR verb = 'sign_in' AND started_at = free
        OR verb <> 'sign_in' AND started_at > free
        OR verb <> 'sign_in' AND before IS NULL AND started_at >= %(since)s
    """,
)

AGENT_LEDGER = Invariant(
    "agent_ledger",
    _("An agent's state, its reason and since when are what the last of his state changes says."),
    """
    SELECT agent.id::text FROM agents_agent AS agent
    LEFT JOIN agents_spell AS spell ON spell.agent_id = agent.id AND spell.ended_at IS NULL
    WHERE agent.state = 'offline' AND spell.id IS NOT NULL
        OR agent.state <> 'offline' AND (agent.state, agent.since, coalesce(agent.reason_id, 0))
            IS DISTINCT FROM (spell.state, spell.started_at, coalesce(spell.reason_id, 0))
    """,
)

INVARIANTS = (SPELLS, AGENT_LEDGER)
