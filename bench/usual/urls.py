"""No HTTP pages."""

urlpatterns: list[object] = []
