"""Static files: ours and npm's are found, then collected hashed, compressed and linked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

NPM_FILES = {
    "vendor/barcode-detector/ponyfill.js": "barcode-detector/dist/es/ponyfill.js",
    "vendor/barcode-detector/zxing-exported.js": "barcode-detector/dist/es/zxing-exported.js",
    "vendor/zxing-wasm/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "vendor/lean-qr/lean-qr.js": "lean-qr/index.mjs",
}
"""What is served of the npm packages, and where it lies in them. All else stays at home."""


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also writes the hashed names into ``import`` lines, or old modules would be kept for ever."""

    support_js_module_import_aggregation = True


class NpmFiles(FileSystemStorage):
    """The files of ``NPM_FILES`` by the names that they are served under."""

    def path(self, name: str) -> str:
        return super().path(NPM_FILES[name])


class NpmFinder(BaseFinder):
    """Finds the files of ``NPM_FILES`` in ``node_modules``, where ``infra.npm`` puts them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._files = NpmFiles(settings.BASE_DIR / "node_modules")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        here = path in NPM_FILES and self._files.exists(path)
        if not here:
            return []
        found = self._files.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in NPM_FILES:
            if not matches_patterns(name, list(ignore_patterns or ())):
                yield name, self._files
