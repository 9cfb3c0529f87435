from __future__ import annotations

import pytest

from edged.errors import Unavailable
from quantize.compare.packages import folder_of


def test_the_folder_of_a_package_is_found() -> None:
    assert (folder_of("hibari") / "assets" / "vocab.json").exists()


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(Unavailable, match="no_such_package is not installed: run `make setup-quantize`"):
        folder_of("no_such_package")
