"""Which static files a production installation collects: those of the design system that no page asks for stay out."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class Collected(StaticFilesConfig):
    # The design system also brings each of its parts apart, its sources for old browsers and the maps of its scripts.
    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("component", "core", "scheme", "layout", "analytics", "legacy", "utility.*", "*.legacy.*", "*.nomodule.*", "*.map"),
    ]
