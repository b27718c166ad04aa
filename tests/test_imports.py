"""What importing idcheck must not cost: nothing of an extra, of a group, or of one engine alone."""

from __future__ import annotations

import subprocess
import sys

import idcheck

# Needed by the service, the batch engine, training, samples, the command line, or some calls only.
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


def _imported_by(statement: str) -> set[str]:
    """The top-level modules in memory after a statement, in a fresh interpreter."""
    program = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return {module.split(".")[0] for module in run.stdout.split()}


def test_package_alone_loads_no_dependency() -> None:
    imported = _imported_by("import idcheck")
    assert "idcheck" in imported
    assert imported & (LATE | {"cv2", "numpy", "onnxruntime", "pydantic", "skimage"}) == set()


def test_public_names_load_only_the_core() -> None:
    imported = _imported_by("from idcheck import " + ", ".join(idcheck.__all__))
    assert {"cv2", "numpy"} <= imported
    assert imported & LATE == set()
