"""What an archive of a run says of itself to machines: a Workflow Run RO-Crate.

References:
    Leo et al., Recording provenance of workflow runs with RO-Crate, PLoS ONE 2024; https://w3id.org/ro/wfrun/workflow.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

#: Its name, by which readers of RO-Crates find it.
METADATA = "ro-crate-metadata.json"
_PROFILES = (
    ("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"),
    ("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"),
)
_LICENSE = "https://spdx.org/licenses/MIT"
_NAME = "Neural Embeddings Rank, reproduced"
_COMPLETED = "http://schema.org/CompletedActionStatus"


def crate_metadata(
    files: Mapping[str, Path], *, given: Mapping[str, str], made: Sequence[str], workflow: str, commit: str, engine: str
) -> str:
    """Describe an archive as a Workflow Run RO-Crate.

    Args:
        files: of the archive, by their path in it.
        given: what the run was made from and is not among them as it is, as its configuration: path to content.
        made: folders in which the run's tables, figures and pages lie.
        workflow: path of the Snakefile.
        commit: of the workflow; empty where it is not known.
        engine: version of Snakemake.

    Returns:
        The text of METADATA. The run is one action: it took the configuration and the pinned packages, and made the
        files of `made`. It began and ended when the first and the last of these were last changed.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    outputs = {name: path for name, path in sorted(files.items()) if name.startswith(tuple(f"{f}/" for f in made))}
    changed = [path.stat().st_mtime for path in outputs.values()] or [0.0]
    begun, ended = (datetime.fromtimestamp(time, UTC).replace(microsecond=0) for time in (min(changed), max(changed)))
    # What the profiles are written for.
    crate = ROCrate(version="1.1")
    crate.name, crate.datePublished, crate.license = _NAME, ended, _LICENSE
    crate.description = "A run of the workflow: its code, configuration, packages, tables and figures."
    main = crate.add_workflow(
        dest_path=workflow,
        main=True,
        lang="snakemake",
        lang_version=engine,
        properties={"name": _NAME, "license": _LICENSE, **({"version": commit} if commit else {})},
    )
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in given.items()}
    hashes |= {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in outputs.items()}
    locks = [name for name in files if name.startswith("envs/") and name.endswith((".lock", ".yaml"))]
    taken = [crate.add_file(dest_path=name, properties=_properties(name, hashes)) for name in (*given, *locks)]
    results = [crate.add_file(dest_path=name, properties=_properties(name, hashes)) for name in outputs]
    crate.add_action(
        main,
        identifier="#run",
        object=taken,
        result=results,
        properties={
            "name": "The run of this workflow",
            "startTime": begun.isoformat(),
            "endTime": ended.isoformat(),
            "actionStatus": {"@id": _COMPLETED},
        },
    )
    profiles = [
        crate.add(ContextEntity(crate, address, {"@type": "CreativeWork", "name": name, "version": number}))
        for address, name, number in _PROFILES
    ]
    crate.root_dataset["conformsTo"] = profiles
    return json.dumps(crate.metadata.generate(), indent=1) + "\n"


def _properties(name: str, hashes: Mapping[str, str]) -> dict:
    found = {"name": Path(name).name}
    return found | ({"sha256": hashes[name]} if name in hashes else {})
