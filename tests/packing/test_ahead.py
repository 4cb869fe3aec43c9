"""Images that are encoded in threads while others are waited for."""

import io
import re
import subprocess
import threading
from collections import deque
from pathlib import Path

import pytest
from PIL import Image
from test_packager import project, run, temp  # noqa: F401

import prepared
from image_packager import PILImagePackager
from mlrun_images import cores
from oracle import MODES, picture, sample

UID = re.compile(rb"[0-9a-f]{32,40}")
LARGE = 160  # pixels of a side; so large images are encoded in threads


def frames_of_one_file() -> list[Image.Image]:
    """Images that share an open file, each at a frame of its own, their pixels still to be read."""
    file = io.BytesIO()
    first, *others = (sample("L", LARGE, LARGE).rotate(30 * n) for n in range(6))
    first.save(file, "TIFF", save_all=True, append_images=others)
    frames: list[Image.Image] = [Image.open(file) for _ in range(6)]
    for number, frame in enumerate(frames):
        frame.seek(number)
    return frames


def broken() -> Image.Image:
    file = io.BytesIO()
    picture(LARGE, LARGE).save(file, "BMP")
    return Image.open(io.BytesIO(file.getvalue()[:2000]))


def damaged() -> Image.Image:
    """Of its pixels Pillow gives what it could read, when it is asked again."""
    file = io.BytesIO()
    Image.effect_noise((LARGE, LARGE), 60).save(file, "PNG")
    data = bytearray(file.getvalue())
    data[9000:9050] = b"\xff" * 50
    return Image.open(io.BytesIO(data))


def closed() -> Image.Image:
    file = io.BytesIO()
    picture(LARGE, LARGE).save(file, "PNG")
    with Image.open(file) as image:
        return image


def outputs() -> tuple:
    again = picture(LARGE, LARGE)
    animation = io.BytesIO()
    again.save(animation, "WEBP", save_all=True, append_images=[again.rotate(90)], lossless=True)
    mixed = [
        *(sample(mode, LARGE, LARGE) for mode in MODES if mode != "LAB"),
        *frames_of_one_file(),
        *(
            again,
            picture(5, 5),
            again,
            broken(),
            damaged(),
            closed(),
            Image.new("RGB", (0, 200)),
            again,
        ),
        Image.open(animation),
        "a text",
        None,
    ]
    named = {"x": picture(LARGE, 200), "two words": picture(200, LARGE), "all_1": picture(300, 150)}
    return mixed, named, deque([picture(LARGE, 300), picture(300, LARGE)]), again, again.rotate(45)


HINTS = (
    ["*all : file", "*named : file[format='webp', lossless=True]", "*queue", "last", "turned"],
    ["*all", "*named", "*queue : file", "all_3", "turned : file[format='gif']"],
    ["*all : plto", "*named : object", "*queue : file[format='png', nonsense=1]", "all_2 : file"],
)


def seen(done, artifacts) -> list:
    """What is seen of a run, but for what MLRun makes up: its uid, and those of artifacts."""
    status = done.status
    texts = [str([status.state, status.error, status.results, list(status.artifact_uris)])]
    files = []
    for key, artifact in artifacts.items():
        notes = artifact.spec.unpackaging_instructions
        texts.append(str([key, artifact.metadata.description, artifact.labels, notes]))
        files.append(UID.sub(b"UID", Path(artifact.target_path).read_bytes()))
    return [*(UID.sub(b"UID", text.encode()) for text in texts), *files]


@pytest.mark.parametrize("hints", HINTS)
def test_threads_change_nothing_that_is_seen(run, monkeypatch, hints):  # noqa: F811
    looks = []
    for workers in (1, 2, 5):
        monkeypatch.setattr(PILImagePackager, "DEFAULT_WORKERS", workers)
        looks.append(seen(*run(hints, *outputs())))
    assert len(looks[0]) > 40
    assert looks[0] == looks[1]
    assert looks[0] == looks[2]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_part_of_a_damaged_image_is_logged(run, monkeypatch, workers):  # noqa: F811
    monkeypatch.setattr(PILImagePackager, "DEFAULT_WORKERS", workers)
    image = damaged()
    whole = picture(LARGE, LARGE)
    hints = ["*all", "same : file", "*step : file"]
    steps = map(lambda one: one, [whole, damaged()])
    done, artifacts = run(hints, [whole, image, whole, image], image, steps)
    assert list(artifacts) == ["all_0", "all_2", "step_0"]
    assert done.status.error.count("broken data stream when reading image file; nothing") == 4


def test_after_one_that_is_kept_the_next_images_are_their_own(run, monkeypatch):  # noqa: F811
    monkeypatch.setattr(PILImagePackager, "DEFAULT_WORKERS", 2)
    sizes = [(LARGE, 200 + number) for number in range(4)]
    hints = ["all_1 : file", "*all : file"]  # the second of all finds its key taken
    done, artifacts = run(hints, picture(5, 5), [picture(*size) for size in sizes])
    assert "the key is taken" in done.status.error
    found = {key: Image.open(artifact.target_path).size for key, artifact in artifacts.items()}
    assert [found[key] for key in ("all_0", "all_1-2", "all_2", "all_3")] == sizes


class Noting(PILImagePackager):
    """Notes which threads do what, and how many images were begun when one is asked for."""

    begun: list[str] = []
    asked: list[tuple[int, str]] = []

    def pack_file(self, obj, key, **options):
        self.asked.append((len(self.begun), threading.current_thread().name))
        self._ahead.make(obj, self.note)
        return self.image_file(Image.new("L", (4, 4)), key)

    @classmethod
    def note(cls, picture) -> None:
        cls.begun.append(threading.current_thread().name)


@pytest.mark.parametrize("workers", [1, 3])
def test_images_are_encoded_in_so_many_threads_and_not_too_far_ahead(
    run,  # noqa: F811
    project,  # noqa: F811
    monkeypatch,
    workers,
):
    for name in ("begun", "asked"):
        monkeypatch.setattr(Noting, name, [])
    monkeypatch.setattr(Noting, "DEFAULT_WORKERS", workers)
    monkeypatch.setattr("image_packager.PILImagePackager", Noting)
    images = [picture(LARGE, LARGE).rotate(n) for n in range(40)]
    done, artifacts = run(["*a : file"], images)
    assert done.status.state == "completed", done.status.error
    assert len(artifacts) == len(Noting.begun) == len(Noting.asked) == 40
    mine = threading.current_thread().name
    assert {name for _, name in Noting.asked} == {mine}, "the packager's own code is in no thread"
    others = set(Noting.begun) - {mine}
    assert bool(others) == (workers > 1) and len(others) <= workers
    assert all(begun <= n + 2 * workers for n, (begun, _) in enumerate(Noting.asked) if workers > 1)
    assert not [one for one in threading.enumerate() if one.name in others]


def test_the_cores_are_those_that_the_process_may_run_on():
    code = (
        "import os; os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1]);"
        "from mlrun_images import cores; print(cores.count())"
    )
    folder = Path(cores.__file__).parent.parent
    command = [prepared.python(), "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_a_part_of_a_core_is_one(monkeypatch):
    monkeypatch.setattr(cores, "limits", lambda: iter([2.5, 0.5]))
    assert cores.count() == 1


@pytest.mark.parametrize(
    "line, files, limits",
    [
        ("0::/a/b", {"cpu.max": "max 100000", "a/cpu.max": "150000 100000"}, [1.5]),
        ("0::/a/b", {"a/b/cpu.max": "200000 100000", "a/cpu.max": "400000 100000"}, [2, 4]),
        ("0::/not/seen", {"cpu.max": "50000 100000"}, [0.5]),
        ("4:cpuacct,cpu:/a", {"cpu/a/cpu.cfs_quota_us": "300000",
                              "cpu/a/cpu.cfs_period_us": "100000"}, [3]),
        ("4:cpu:/", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, []),
        ("3:cpuset:/a", {"cpuset/a/cpu.max": "100000 100000"}, []),
        ("0::/", {}, []),
    ],
)  # fmt: skip
def test_the_cores_are_as_many_as_cgroups_allow(tmp_path, line, files, limits):
    own = tmp_path / "cgroup"
    own.write_text(f"9:name=systemd:/\n{line}\n")
    for name, text in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert sorted(cores.limits(tmp_path / "fs", own)) == limits
    assert not list(cores.limits(tmp_path / "fs", tmp_path / "not there"))
