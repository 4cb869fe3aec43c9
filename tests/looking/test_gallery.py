"""The page of all runs and images, as text."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image, ImageCms

from pages import Page


def linked(page: Page, folder: Path) -> list[Path]:
    links = [image["link"] for image in page.images]
    return [folder / unquote(link.removeprefix("file://")) for link in links]


def test_a_project_without_runs_says_how_to_make_one(copy):
    page = copy.gallery()
    assert "No runs yet" in page and "python main.py run" in page


def test_a_page_without_the_wanted_images_says_so(copy):
    copy.main("run")
    page = copy.gallery("--key", "other")
    assert "No such images" in page and "No runs yet" not in page


def test_only_a_file_is_replaced_by_the_page(copy, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    done = copy.main("gallery", "--no-open", "-o", str(tmp_path / "fifo"))
    assert done.returncode == 1 and "is no file" in done.stderr
    assert (tmp_path / "fifo").is_fifo()
    (tmp_path / "link.html").symlink_to("page.html")
    assert copy.main("gallery", "--no-open", "-o", str(tmp_path / "link.html")).returncode == 0
    assert (tmp_path / "link.html").is_symlink() and (tmp_path / "page.html").is_file()


def test_the_items_of_a_list_are_shown_once(copy):
    image = "Image.new('L', (4, 4))"
    copy.add_function("many", f"return {{'a': [{image}], 'b': 7}}, [1, 2]")
    hints = ("--returns", "*item", "--returns", "item_more")
    printed = copy.main("run", "many", *hints).stdout
    page = Page(copy.gallery())
    for keys in (re.findall(r"^  (\w+)  ", printed, re.MULTILINE),
                 page.keys + [*page.runs[0]["results"]]):  # fmt: skip
        assert sorted(keys) == ["item_a_0", "item_b", "item_more"]


def test_runs_are_newest_first_and_link_to_the_full_files(copy):
    copy.main("run", "-p", "width=20", "--returns", "older : file[format=png]")
    copy.main("run", "-p", "width=30", "--returns", "newer : file[format=jpeg]")
    page = Page(copy.gallery())
    newer, older = page.images
    assert (newer["key"], older["key"]) == ("newer", "older")
    assert newer["run"]["parameters"] == {"width": "30"}
    labels = {"width": "30", "height": "256", "mode": "RGB", "format": "JPEG"}
    assert newer["labels"].items() >= labels.items()
    assert "<title>image-project" in page.text
    assert [Image.open(path).size for path in linked(page, copy.folder)] == [(30, 256), (20, 256)]
    # relative, so that folder and page can be moved together
    assert all(image["link"].startswith("artifacts/") for image in page.images)


def test_a_page_elsewhere_links_to_the_absolute_file(copy, tmp_path):
    copy.main("run", "-p", "width=20", "--returns", "image : file[format=png]")
    elsewhere = tmp_path / "new folder" / "page.html"
    done = copy.main("gallery", "--no-open", "-o", str(elsewhere))
    assert "New folder: new folder" in done.stdout.splitlines()
    assert "New folder" not in copy.main("gallery", "--no-open", "-o", str(elsewhere)).stdout
    page = Page(elsewhere.read_text())
    assert page.images[0]["link"].startswith("file:///")
    assert [Image.open(path).size for path in linked(page, copy.folder)] == [(20, 256)]
    assert [path.name for path in elsewhere.parent.iterdir()] == ["page.html"]


def test_a_page_whose_folder_is_reached_by_a_link_links_from_there(copy, tmp_path):
    copy.main("run", "--returns", "gradient : file")
    (tmp_path / "link").symlink_to(copy.folder)
    page = Page(copy.gallery("--output", str(tmp_path / "link" / "gallery.html")))
    assert page.images[0]["link"].startswith("artifacts/") and "file://" not in page.text


def test_what_a_user_wrote_is_text(copy):
    script = "<script>alert(1)</script>"
    copy.add_function("untyped", "raise ValueError(width)", "width")
    copy.main("run", "untyped", "-p", f"width={script}", "--returns", "a")
    page = Page(copy.gallery())
    assert script not in page.text
    (run,) = page.runs
    assert run["parameters"]["width"] == script and script in run["faults"][0]


def test_a_failed_run_shows_its_message(copy):
    copy.main("run", "-p", "width=0")
    page = Page(copy.gallery())
    (run,) = page.runs
    assert run["state"] == "error"
    said = "ValueError: width must be a whole number of pixels, 1 or more, not 0"
    assert re.match(rf"{said} \(generate_image.py:\d+, in generate_gradient", run["faults"][0])
    assert not page.images


def test_no_text_reverses_what_is_behind_it(copy):
    copy.add_function("turned", "raise ValueError('left \\u202e right')")
    copy.main("run", "turned", "--returns", "a")
    page = Page(copy.gallery())
    assert "\u202e" not in page.text and r"left \u202e right" in page.runs[0]["faults"][0]


def test_a_sweep_shows_each_iteration_with_its_parameters(copy):
    copy.main("run", "-x", "width=[16,0,32]")
    page = Page(copy.gallery())
    sweep, first, second, third = page.runs
    assert "iteration" not in sweep
    for number, width, run in (("1", "16", first), ("2", "0", second), ("3", "32", third)):
        assert (run["iteration"], run["parameters"]["width"]) == (number, width)
    assert "must be a whole number" in second["faults"][0]
    assert [image["run"] for image in page.images] == [first, third]
    assert [image["labels"]["width"] for image in page.images] == ["16", "32"]


def test_the_steps_of_a_workflow_keep_their_own_images(copy):
    copy.main("workflow", "-a", "width=32", "-a", "height=16")
    page = Page(copy.gallery())
    assert [image["run"] for image in page.images] == page.runs
    shown = [(one["key"], one["labels"]["width"], one["labels"]["height"]) for one in page.images]
    assert shown == [("transformed", "16", "32"), ("gradient", "32", "16")]
    assert str(copy.folder) not in page.text  # it is made to be passed on


def test_an_input_below_the_projects_folder_is_shown_from_there(copy):
    path = copy.folder / "in.png"
    Image.new("L", (4, 4)).save(path)
    for url in (str(path), f"file://{path}"):
        assert copy.main("run", "transform-image", "-i", f"image={url}").returncode == 0
    page = Page(copy.gallery())
    assert [run["inputs"] for run in page.runs] == [[["image", "in.png", ""]]] * 2
    assert str(copy.folder) not in page.text


def test_a_run_names_its_uid_and_inputs_and_its_images_their_uris(copy):
    generated, transformed = copy.main("workflow", "--json").made
    page = Page(copy.gallery())
    for run, shown in zip((transformed, generated), page.runs, strict=True):
        assert run["workflow"] == shown["workflow"] and run["uid"] == shown["uid"]
    path = Path(transformed["inputs"]["image"]).relative_to(copy.folder)
    assert page.runs[0]["inputs"] == [["image", str(path), generated["uid"]]]
    uri = generated["outputs"][0]["uri"]
    assert uri.startswith("store://") and uri == page.images[1]["uri"]
    done = copy.main("run", "transform-image", "-i", f"image={uri}", "--json")
    assert done.made[0]["state"] == "completed"


def test_small_images_are_enlarged_and_transparent_ones_lie_on_a_checkerboard(copy, tmp_path):
    Image.new("RGBA", (300, 100), (255, 0, 0, 128)).save(tmp_path / "clear.png")
    copy.main("run", "-p", "width=8", "-p", "height=4", "--returns", "small : file[format=png]")
    image = f"image={tmp_path / 'clear.png'}"
    copy.main("run", "transform-image", "-i", image, "-p", "degrees=0", "--returns", "clear : file")
    clear, small = Page(copy.gallery()).images
    assert (clear["classes"], clear["shown"]) == ("clear", [192, 64])
    assert (small["classes"], small["shown"]) == ("pixels", [192, 96])


def test_an_image_that_cannot_be_opened_says_so_and_the_others_are_there(copy):
    copy.main("run", "--returns", "empty : plot")
    copy.main("run", "-x", "width=[20,30,40]", "--returns", "image : file")
    good, gone, broken, empty = linked(Page(copy.gallery()), copy.folder)
    gone.unlink()
    broken.write_bytes(b"no image")
    empty.write_text("<p>a page of something else</p>")
    good, gone, broken, empty = Page(copy.gallery()).images
    assert good["thumbnail"] and "fault" not in good
    assert empty["fault"] == "the page holds no image"
    assert "No such file" in gone["fault"]
    assert broken["fault"] == "it is no image that Pillow reads"
    assert not any(image["thumbnail"] for image in (gone, broken, empty))


def test_writing_again_replaces_the_page_and_shows_a_file_as_it_is_now(copy):
    copy.main("run", "--returns", "image : file")
    page = Page(copy.gallery())
    (file,) = linked(page, copy.folder)
    assert np.asarray(page.thumbnails[0].convert("RGB"))[..., 2].mean() < 100
    Image.new("RGB", (256, 256), "white").save(file)
    page = Page(copy.gallery())
    assert np.asarray(page.thumbnails[0].convert("RGB")).min() > 250
    copy.main("run")
    assert len(Page(copy.gallery()).images) == 2
    assert not list(copy.folder.glob(".gallery-*"))


def test_a_thumbnail_is_not_made_twice(copy):
    copy.main("run", "--returns", "image : file")
    (file,) = linked(Page(copy.gallery()), copy.folder)
    # the same size and time, but no image any more: only a kept thumbnail can be shown
    status = file.stat()
    file.write_bytes(bytes(status.st_size))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not Page(copy.gallery()).faults
    # kept thumbnails that cannot be read are made anew
    (copy.folder / ".mlrun" / "thumbnails.db").write_bytes(b"no database")
    assert Page(copy.gallery()).faults


def test_the_newest_images_are_shown_and_the_page_says_so(copy):
    copy.main("run", "-x", "width=[8,9,10]", "--returns", "old : file")
    copy.main("run", "-p", "width=11", "--returns", "new : file")
    done = copy.main("gallery", "--no-open", "--newest", "2")
    page = Page((copy.folder / "gallery.html").read_text())
    assert "Images: 2, runs: 2," in done.stdout and "Older images are not shown" in done.stdout
    assert page.keys == ["new", "old"]
    assert "The newest 2 images are shown." in page.text and page.runs[1]["left_out"] == 2


def test_a_thumbnail_has_the_colours_that_its_icc_profile_means(copy, tmp_path):
    # a profile whose red is sRGB's blue, and the other way round
    swapped = Image.merge("RGB", Image.new("RGB", (64, 64), (0, 0, 255)).split()[::-1])
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = srgb.index(b"rXYZ"), srgb.index(b"bXYZ")
    srgb[red : red + 4], srgb[blue : blue + 4] = b"bXYZ", b"rXYZ"
    for mode in ("RGB", "RGBA"):
        file = tmp_path / f"{mode}.png"
        swapped.convert(mode).save(file, icc_profile=bytes(srgb))
        arguments = ("-i", f"image={file}", "-p", "degrees=0", "--returns", "a : file")
        copy.main("run", "transform-image", *arguments)
    for thumbnail in Page(copy.gallery()).thumbnails:
        red, _, blue = thumbnail.convert("RGB").getpixel((20, 20))
        assert red < 50 and blue > 200
