"""What `import idcheck` must not cost: nothing that belongs to an extra, a group, or one engine only."""

from __future__ import annotations

import subprocess
import sys

# The service's, the training's and the samples' packages; and those core ones that only some calls need.
LATE = {
    "fastapi",
    "matplotlib",
    "pillow_heif",
    "pooch",
    "pytesseract",
    "rapidocr",
    "rich",
    "starlette",
    "torch",
    "typer",
    "uvicorn",
}


def test_core_imports_light() -> None:
    program = "import sys, idcheck; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    imported = {module.split(".")[0] for module in run.stdout.split()}
    assert "idcheck" in imported
    assert imported & LATE == set()
