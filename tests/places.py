"""Where the project and what tests read of it stand."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "workflow" / "resources" / "upstream_manifest.csv"
