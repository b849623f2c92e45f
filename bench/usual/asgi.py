"""The usual consumer's front door."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.usual.settings")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - models may be imported only now
from django.urls import path  # noqa: E402

from bench.usual.consumers import ChatConsumer  # noqa: E402

application = ProtocolTypeRouter({"http": http, "websocket": URLRouter([path("ws/", ChatConsumer.as_asgi())])})
