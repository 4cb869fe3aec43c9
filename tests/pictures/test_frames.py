"""Animations and pages."""

import copy
import io
import pickle
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, features

from mlrun_images.pictures import reading
from mlrun_images.pictures.fitting import fit
from mlrun_images.pictures.formats import writable_formats
from mlrun_images.pictures.reading import load, read
from oracle import encoded, frames_of, off, picture, sample, values
from saved import kept, save

ANIMATED = ["GIF", "PNG", "WEBP"] + ["AVIF"] * bool(features.get_supported_modules().count("avif"))
DURATIONS = [100, 200, 300, 400]
RED_TO_BLUE = [Image.new("RGB", (20, 10), (255 - 60 * i, 0, 60 * i)) for i in range(4)]


def moving(alpha: int = 255) -> list[Image.Image]:
    """A spot that moves over nothing: through it no other frame may be seen."""
    frames = [Image.new("RGBA", (60, 40)) for _ in range(4)]
    for i, frame in enumerate(frames):
        place = (12 * i, 8, 12 * i + 20, 30)
        ImageDraw.Draw(frame).ellipse(place, (200, 60 * i, 60, alpha))
    return frames


def saved(image: Image.Image, format: str, **options) -> tuple[Image.Image, int, str]:
    file = io.BytesIO()
    if format == "WEBP":
        options["lossless"] = True
    _, frames, changes = save(image, file, format, options)
    return Image.open(file), frames, ", ".join(changes)


@pytest.mark.parametrize("source", ["GIF", "PNG", "WEBP"])
def test_frames_durations_and_loop_are_kept(source):
    image = encoded(RED_TO_BLUE, source, duration=DURATIONS, loop=3, lossless=True)
    image.seek(2)
    for target in ANIMATED:
        opened, count, _ = saved(image, target)
        assert (image.tell(), count) == (2, 4)
        frames = frames_of(opened)
        for frame, before in zip(frames, RED_TO_BLUE, strict=True):
            assert off(before, frame)[1] < (3 if target == "AVIF" else 0.1)
        assert [frame.info["duration"] for frame in frames] == DURATIONS
        assert target == "AVIF" or opened.info["loop"] == 3


@pytest.mark.parametrize("source", ("GIF", "PNG", "WEBP"))
def test_a_loop_or_a_duration_that_is_none_costs_no_frames(source):
    for name, value in (("loop", "x"), ("loop", -1), ("loop", 10**6), ("duration", 10**9)):
        for target in ("GIF", "PNG", "WEBP"):
            image = encoded(RED_TO_BLUE, source, duration=50)
            image.info[name] = value
            opened, count, changes = saved(image, target)
            case = (name, value, source, target)
            assert count == opened.n_frames == len(RED_TO_BLUE), case
            if name == "loop" and source != "PNG":  # Pillow reads that of a PNG anew
                assert "without loop" in changes, case


def test_an_animation_without_durations_or_loop_stays_visible_and_ends():
    image = encoded(RED_TO_BLUE, "GIF")
    assert "duration" not in image.info
    for target in ("PNG", "WEBP"):
        opened, _, _ = saved(image, target)
        assert [frame.info["duration"] for frame in frames_of(opened)] == [100] * 4
        assert opened.info["loop"] == 1


def test_transparent_animations_stay_transparent():
    for name, frames in (("hard", moving()), ("soft", moving(140))):
        for source in ("PNG", "WEBP"):
            options = {"disposal": 1} if source == "PNG" else {"lossless": True, "exact": True}
            image = encoded(frames, source, duration=50, **options)
            for target in set(ANIMATED) - {"GIF"}:
                opened, count, changes = saved(image, target)
                case = (name, source, target, changes)
                assert (count, "flattened" in changes) == (4, False), case
                for before, after in zip(frames, frames_of(opened), strict=True):
                    assert off(before, after)[1] < (4 if target == "AVIF" else 0.1), case
    opened, _, changes = saved(encoded(moving(), "GIF", duration=50, disposal=2), "WEBP")
    assert "flattened" not in changes
    for before, after in zip(moving(), frames_of(opened), strict=True):
        assert off(before, after)[1] < 4


def test_transparent_frames_are_kept_or_the_changes_tell_that_they_are_not():
    blue, spots = Image.new("RGBA", (60, 40), "blue"), moving()
    soft = [blue, *moving(140)]
    for frames in ([blue, *spots], [*spots, blue], [blue, spots[0], blue], soft, spots):
        image = encoded(frames, "PNG", duration=50, disposal=1)
        for format in ANIMATED + ["TIFF"]:
            opened, _, changes = saved(image, format)
            flat = "transparency flattened on white" in changes
            assert not flat or frames is not spots, format  # all can hold those
            for before, after in zip(frames, frames_of(opened), strict=True):
                assert off(before, after, flat)[1] < 4, (format, changes)


def test_of_frames_that_are_flattened_all_are():
    soft, hard = moving(140)[0], moving()[1]
    opened, _, changes = saved(encoded([soft, hard], "PNG", duration=50, disposal=1), "GIF")
    assert "transparency flattened on white" in changes
    for before, after in zip([soft, hard], frames_of(opened), strict=True):
        assert off(before, after, flat=True)[1] < 4


def test_equal_frames_can_become_one_and_the_number_is_that_of_the_file():
    frames = [RED_TO_BLUE[i] for i in (0, 0, 1, 1)]
    image = encoded(frames, ANIMATED[-1], duration=DURATIONS)
    before = image.n_frames  # AVIF keeps equal frames
    for target in ANIMATED:
        opened, count, changes = saved(image, target)
        assert count == getattr(opened, "n_frames", 1), target
        assert (f"4 frames stored as {count}: equal ones are one" in changes) == (count < before)


def test_pages_are_no_animation():
    pages = [picture(20, 10), Image.new("RGB", (20, 10), "red")]
    sources = [encoded(pages, "TIFF"), encoded(pages, "MPO")]
    if getattr(sources[1], "n_frames", 1) < 2:
        sources.pop()  # an older Pillow does not read its own
    for image in sources:
        for format in sorted(set(writable_formats()) - {"BLP", "ICNS", "MSP", "PALM", "SPIDER"}):
            if format in ("MPO", "XBM", "EPS"):
                continue
            file = io.BytesIO()
            _, count, changes = save(image, file, format, {})
            if format in ("TIFF", "PDF"):
                assert (count, "only" in str(changes)) == (2, False), format
                continue
            assert count == getattr(Image.open(file), "n_frames", 1) == 1, format
            assert "frame 1 of 2 only" in changes, format
        opened, file = kept(image)
        assert (opened.n_frames, file.format, file.changes) == (2, "TIFF", ())


def test_a_format_of_one_frame_says_which():
    image = encoded(RED_TO_BLUE, "GIF", duration=50)
    image.seek(1)
    opened, count, changes = saved(image, "BMP")
    assert opened.convert("RGB").getpixel((0, 0)) == RED_TO_BLUE[1].getpixel((0, 0))
    assert (count, "frame 2 of 4 only" in changes) == (1, True)


def test_an_animation_saved_as_pages_says_that_its_durations_are_lost():
    opened, count, changes = saved(encoded(RED_TO_BLUE, "GIF", duration=50), "TIFF")
    assert (count, opened.n_frames) == (4, 4)
    assert "frames as pages without durations" in changes


def test_pages_of_different_sizes_stay_so():
    pages = [picture(20, 10), picture(7, 30)]
    image = encoded(pages, "TIFF")
    opened, count, _ = saved(image, "TIFF")
    assert [frame.size for frame in frames_of(opened)] == [(20, 10), (7, 30)]
    assert "frame 1 of 2 only" in saved(image, "PNG")[2]


def test_deep_pages_stay_deep_and_are_scaled_by_one_range():
    deep = [Image.fromarray(np.full((9, 9), level, np.uint16)) for level in (1000, 5000, 3000)]
    opened, _, changes = saved(encoded(deep, "TIFF"), "TIFF")
    assert [values(frame)[0, 0] for frame in frames_of(opened)] == [1000, 5000, 3000]
    assert changes == ""
    fitted, changes = fit(read(encoded(deep, "TIFF")), "PDF", {})
    assert [frame.getpixel((4, 4)) for frame in fitted.images] == [0, 255, 127]
    assert changes == ["I;16 to L, scaled from 1000..5000 to 0..255"]
    fitted, changes = fit(read(encoded(deep, "TIFF")), "PDF", {}, vmin=0, vmax=10000)
    assert [frame.getpixel((4, 4)) for frame in fitted.images] == [25, 127, 76]
    mixed = encoded([Image.new("RGB", (9, 9), "red"), deep[0]], "TIFF")
    assert saved(mixed, "PNG")[2] == "frame 1 of 2 only"


def test_a_default_image_before_an_animation_has_no_duration():
    image = encoded(RED_TO_BLUE, "PNG", duration=[100, 200, 300], default_image=True)
    opened, _, _ = saved(image, "PNG")
    durations = [frame.info.get("duration") for frame in frames_of(opened)]
    assert durations == [None, 100, 200, 300]


def test_frames_that_the_options_name_are_counted():
    image = encoded(RED_TO_BLUE, "GIF", duration=50)
    more = [Image.new("RGB", (20, 10), "green")]
    opened, count, changes = saved(image, "GIF", save_all=True, append_images=more)
    assert (count, opened.n_frames) == (2, 2)
    assert "frame 1 of 4 only" in changes
    assert saved(image, "GIF", save_all=False)[1] == 1


# Broken files


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG: their names, and all their bytes."""
    found, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        found.append((png[place + 4 : place + 8], png[place : place + 12 + length]))
        place += 12 + length
    return found


def test_of_a_file_whose_later_frames_are_broken_the_others_are_kept():
    frames = [sample("RGB", 20, 10), *RED_TO_BLUE[:3]]
    apng = encoded(frames, "PNG", duration=100).fp.getvalue()
    parts = chunks(apng)
    broken = {}
    for number, (name, _) in enumerate(parts):
        if name in (b"fcTL", b"fdAT") and number > 2:
            rest = parts[:number] + parts[number + 1 :]
            broken[f"APNG without {name!r} {number}"] = apng[:8] + b"".join(c for _, c in rest)
    gif, tiff = (encoded(frames, name, duration=100).fp.getvalue() for name in ("GIF", "TIFF"))
    broken |= {"GIF": gif[:-30], "a shorter GIF": gif[:-100], "TIFF": tiff[:-30]}
    assert len(broken) >= 8
    for name, data in broken.items():
        for format in ("PNG", "GIF", "TIFF", "BMP"):
            image = Image.open(io.BytesIO(data))
            opened, count, changes = saved(image, format)
            looks = frames_of(opened)
            assert count == len(looks) < 4, (name, format)
            case = (name, format, changes)
            assert "cannot be read" in changes or "only" in changes, case
            for before, after in zip(frames, looks, strict=False):
                assert off(before, after)[1] < 8, case
            if format == "PNG" and name == "APNG without b'fdAT' 9":
                assert count == 3, case


def test_frames_are_copied_as_far_as_they_can_be_read():
    data = encoded(RED_TO_BLUE, "GIF", duration=100).fp.getvalue()
    image = Image.open(io.BytesIO(data[:-100]))
    assert len(read(image).frames) == 2


@pytest.mark.parametrize("format", ANIMATED)
def test_another_thread_may_read_an_animation_meanwhile(format):
    frames = [Image.new("RGB", (300, 200), (20 * number, 0, 99)) for number in range(12)]
    image = encoded(frames, format, duration=50, lossless=True)
    image.load()
    looks, ended = {image.tobytes()}, threading.Event()

    def look() -> None:
        while not ended.is_set():
            looks.add(image.tobytes())

    thread = threading.Thread(target=look)
    thread.start()
    found = [read(image) for _ in range(3)]
    ended.set()
    thread.join()
    assert len(looks) == 1 and image.tell() == 0
    for one in found:
        assert not one.notes and len(one.frames) == 12
        reds = [frame.image.convert("RGB").getpixel((9, 9))[0] for frame in one.frames]
        assert reds == pytest.approx([20 * number for number in range(12)], abs=8)
    for number in (5, 11) if format == "PNG" else (5, 2, 11, 0):  # Pillow does not seek it back
        image.seek(number)
        assert abs(image.convert("RGB").getpixel((9, 9))[0] - 20 * number) < 9


def test_frames_that_a_closed_file_may_have_got_since_are_told(tmp_path):
    path = tmp_path / "one.gif"
    for colour in ("red", "blue"):
        others = [Image.new("RGB", (20, 10), colour)]
        Image.new("RGB", (20, 10)).save(path, save_all=True, append_images=others)
        if colour == "red":
            with Image.open(path) as image:
                image.load()
            _, count, changes = saved(image, "PNG")
    assert (count, changes) == (2, "other frames as its closed file has them now")
    _, count, changes = saved(image, "PNG")
    assert (count, changes) == (2, "other frames as its closed file has them now")
    code = (
        f"from PIL import Image; from mlrun_images.pictures.reading import read\n"
        f"with Image.open({str(path)!r}) as image: image.load()\n"
        "print(len(read(image).frames), read(image).notes)"
    )
    folder = Path(reading.__file__).parents[2]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "2 ()\n"


def test_a_broken_image_is_broken_each_time_it_is_read():
    noise = Image.effect_noise((300, 300), 60)
    for format in ("PNG", "JPEG2000", "TIFF", "GIF"):
        file = io.BytesIO()
        several = {"save_all": True, "append_images": [noise]} if format in ("TIFF", "GIF") else {}
        noise.save(file, format, compression="tiff_lzw", **several)
        data, place = file.getvalue(), len(file.getvalue()) // 4
        rest = b"" if format == "JPEG2000" else b"\xff" * 50 + data[place + 50 :]
        image = Image.open(io.BytesIO(data[:place] + rest))
        said = set()
        for _ in range(3):
            with pytest.raises(OSError) as error:
                read(image)
            said.add(str(error.value))
        assert len(said) == 1, said
        if format == "TIFF":
            image.seek(1)
            assert off(read(image).frames[-1].image, noise) == (0, 0), format


def test_an_icon_whose_picture_is_broken_is_refused():
    file = io.BytesIO()
    picture(64, 64).save(file, "ICNS")
    image = Image.open(io.BytesIO(file.getvalue().replace(b"IDAT", b"ID\0T")))
    with pytest.raises(SyntaxError):
        read(image)


def test_an_image_without_its_file_is_one_picture():
    for format in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"):
        frames = [picture(30, 20), picture(30, 20).rotate(180)]
        image = encoded(frames[: 1 if format in ("JPEG", "BMP") else 2], format)
        look = image.convert("RGB")
        for one in (pickle.loads(pickle.dumps(image)), copy.deepcopy(image)):
            opened, count, changes = saved(one, "PNG")
            assert (count, changes, off(opened, look)[0]) == (1, "", 0), format


def test_an_image_whose_file_was_closed_says_what_to_return(tmp_path):
    for format in ("PNG", "JPEG", "TIFF", "GIF", "BMP"):
        path = tmp_path / f"a.{format.lower()}"
        picture(30, 20).save(path)
        with Image.open(path) as image:
            pass
        with pytest.raises(Exception, match=r"its file is closed: return im\.copy\(\)"):
            load(image)
        with Image.open(path) as image:
            image.load()
        assert saved(image, "PNG")[0].size == (30, 20)
    cut = (tmp_path / "a.png").read_bytes()[:-60]
    with pytest.raises(OSError):  # broken, not closed
        load(Image.open(io.BytesIO(cut)))


def test_an_empty_image_is_refused():
    for size in ((0, 5), (5, 0), (0, 0)):
        with pytest.raises(ValueError, match=f"empty \\({size[0]} x {size[1]} pixels\\)"):
            save(Image.new("RGB", size), io.BytesIO(), "PNG", {})
