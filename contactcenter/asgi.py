"""The server's front door: HTTP to Django, sockets to the consumers."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - models may be imported only now

from contactcenter.sockets import routes  # noqa: E402
from lib import hub  # noqa: E402
from lib.flow import WithFlow  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": WithFlow(URLRouter(routes), at_end=hub.end)})

# What was imported stays: the collector needn't look through all of it while people talk.
gc.collect()
gc.freeze()
