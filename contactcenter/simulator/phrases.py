"""Words the simulated people use where the conversation file has none: names, agents' answers, good-byes."""

FIRST_NAMES = (
    "Mara",
    "Tobias",
    "Ines",
    "Yusuf",
    "Clara",
    "Jonas",
    "Priya",
    "Oskar",
    "Leila",
    "Henrik",
    "Nora",
    "Pavel",
)
LAST_NAMES = ("Berg", "Okafor", "Lindner", "Moreau", "Sato", "Fischer", "Novak", "Silva", "Hansen", "Yilmaz", "Kern")

GREETINGS = {
    "en": "Hello, this is {name}. I'm reading what you wrote, one moment.",
    "de": "Guten Tag, hier ist {name}. Ich lese kurz, was Sie geschrieben haben.",
}
CLOSINGS = {
    "en": "I'm closing our chat now. Thank you for getting in touch.",
    "de": "Ich schließe unseren Chat jetzt. Danke, dass Sie sich gemeldet haben.",
}
PERSON_PLEASE = {"en": "talk to a person", "de": "mit einem Menschen sprechen"}
REPLIES = {
    "en": (
        "Thanks, I have that noted.",
        "Let me look it up. This takes a few seconds.",
        "I see. Is there anything else I should know about it?",
        "Good, that matches what I have here.",
        "I've changed it on my side; you will find it in your account in a minute.",
        "Understood. I'm sorry for the trouble.",
        "That's possible. Shall I go ahead?",
        "Done. What else can I do for you?",
    ),
    "de": (
        "Danke, das habe ich notiert.",
        "Ich sehe nach, das dauert ein paar Sekunden.",
        "Verstehe. Gibt es noch etwas, das ich dazu wissen sollte?",
        "Gut, das passt zu dem, was ich hier habe.",
        "Ich habe es bei mir geändert, in einer Minute sehen Sie es in Ihrem Konto.",
        "Verstanden. Das tut mir leid.",
        "Das geht. Soll ich es so machen?",
        "Erledigt. Was kann ich noch für Sie tun?",
    ),
}
