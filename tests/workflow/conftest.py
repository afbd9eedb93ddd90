"""What tests of whole runs share."""

import pytest
from project import copy_of_project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project, with nothing made."""
    return copy_of_project(tmp_path_factory.mktemp("project"))
