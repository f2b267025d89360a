"""Static files as they are collected: hashed, compressed, and modules that find each other."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also writes the hashed names into ``import`` lines, or old modules would be kept for ever."""

    support_js_module_import_aggregation = True
