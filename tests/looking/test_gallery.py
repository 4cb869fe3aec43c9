"""The page of all runs and images, as text."""

import base64
import io
import os
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image, ImageCms


def tiles(page: str) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", page, re.DOTALL)


def linked(page: str, folder: Path) -> list[Path]:
    links = [unescape(link) for link in re.findall(r'class="frame" href="([^"]+)"', page)]
    return [folder / unquote(link.removeprefix("file://")) for link in links]


def thumbnails(page: str) -> list[Image.Image]:
    found = re.findall(r'src="data:image/\w+;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in found]


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
    for text in (copy.main("run", "many", *hints).stdout, copy.gallery()):
        keys = re.findall(r"^  (\w+)  |<(?:dt|h3)>(\w+)<", text, re.MULTILINE)
        assert sorted("".join(key) for key in keys) == ["item_a_0", "item_b", "item_more"], text


def test_runs_are_newest_first_and_link_to_the_full_files(copy):
    copy.main("run", "-p", "width=20", "--returns", "older : file[format=png]")
    copy.main("run", "-p", "width=30", "--returns", "newer : file[format=jpeg]")
    page = copy.gallery()
    assert page.index("<h3>newer</h3>") < page.index("<h3>older</h3>")
    assert "width=30" in page and "30 × 256, RGB, JPEG" in page
    assert "<title>image-project" in page
    assert [Image.open(path).size for path in linked(page, copy.folder)] == [(30, 256), (20, 256)]
    # relative, so that folder and page can be moved together
    assert not re.search(r'href="(/|file:)', page)


def test_a_page_elsewhere_links_to_the_absolute_file(copy, tmp_path):
    copy.main("run", "-p", "width=20", "--returns", "image : file[format=png]")
    elsewhere = tmp_path / "new folder" / "page.html"
    copy.main("gallery", "--no-open", "-o", str(elsewhere))
    page = elsewhere.read_text()
    assert 'href="file:///' in page
    assert [Image.open(path).size for path in linked(page, copy.folder)] == [(20, 256)]
    assert [path.name for path in elsewhere.parent.iterdir()] == ["page.html"]


def test_a_page_whose_folder_is_reached_by_a_link_links_from_there(copy, tmp_path):
    copy.main("run", "--returns", "gradient : file")
    (tmp_path / "link").symlink_to(copy.folder)
    page = copy.gallery("--output", str(tmp_path / "link" / "gallery.html"))
    assert 'href="artifacts/' in page and "file://" not in page


def test_what_a_user_wrote_is_text(copy):
    script = "<script>alert(1)</script>"
    copy.main("run", "-p", f"width={script}")
    page = copy.gallery()
    assert script not in page
    # the parameter, the message
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2


def test_a_failed_run_shows_its_message(copy):
    copy.main("run", "-p", "width=0")
    page = copy.gallery()
    assert '<span class="state error">error</span>' in page
    said = "ValueError: width must be a whole number of pixels, 1 or more, not 0"
    assert re.search(
        rf'<p class="fault">{said} \(generate_image.py:\d+, in generate_gradient', page
    )
    assert not tiles(page)


def test_no_text_reverses_what_is_behind_it(copy):
    copy.add_function("turned", "raise ValueError('left \\u202e right')")
    copy.main("run", "turned", "--returns", "a")
    page = copy.gallery()
    assert "\u202e" not in page and r"left \u202e right" in page


def test_a_long_message_is_folded(copy):
    copy.add_function("long", "raise ValueError('word ' * 1000)")
    copy.main("run", "long", "--returns", "a")
    assert '<details class="fault"><summary>ValueError: word word' in copy.gallery()


def test_a_sweep_shows_each_iteration_with_its_parameters(copy):
    copy.main("run", "-x", "width=[16,0,32]")
    first, second, third = tiles(copy.gallery())
    assert "#1" in first and "width=16" in first and "16 × 256" in first
    assert "#2" in second and "must be a whole number" in second and "<img" not in second
    assert "#3" in third and "width=32" in third and "32 × 256" in third


def test_the_steps_of_a_workflow_keep_their_own_images(copy):
    copy.main("workflow", "-a", "width=32", "-a", "height=16")
    page = copy.gallery()
    transformed, generated = re.findall(r"<section.*?</section>", page, re.DOTALL)
    assert "<h3>transformed</h3>" in transformed and "16 × 32" in transformed
    assert "<h3>gradient</h3>" in generated and "32 × 16" in generated
    assert len(tiles(page)) == 2
    assert str(copy.folder) not in page  # it is made to be passed on


def test_an_input_below_the_projects_folder_is_shown_from_there(copy):
    path = copy.folder / "in.png"
    Image.new("L", (4, 4)).save(path)
    for url in (str(path), f"file://{path}"):
        assert copy.main("run", "transform-image", "-i", f"image={url}").returncode == 0
    page = copy.gallery()
    assert page.count("image ← in.png") == 2
    assert str(copy.folder) not in page


def test_a_run_names_its_uid_and_inputs_and_its_images_their_uris(copy):
    generated, transformed = copy.main("workflow", "--json").made
    page = unescape(copy.gallery())
    for run in (generated, transformed):
        assert f"run <code>{run['uid']}</code>" in page
        assert run["workflow"] and page.count(f"step of workflow <code>{run['workflow']}") == 2
    shown = Path(transformed["inputs"]["image"]).relative_to(copy.folder)
    link = f'<a href="#{generated["uid"]}">{shown}</a>'
    assert f"<code>image ← {link}</code>" in page
    uri = generated["outputs"][0]["uri"]
    assert uri.startswith("store://") and f"<code>{uri}</code>" in page
    done = copy.main("run", "transform-image", "-i", f"image={uri}", "--json")
    assert done.made[0]["state"] == "completed"


def test_small_images_are_enlarged_and_transparent_ones_lie_on_a_checkerboard(copy, tmp_path):
    Image.new("RGBA", (300, 100), (255, 0, 0, 128)).save(tmp_path / "clear.png")
    copy.main("run", "-p", "width=8", "-p", "height=4", "--returns", "small : file[format=png]")
    image = f"image={tmp_path / 'clear.png'}"
    copy.main("run", "transform-image", "-i", image, "-p", "degrees=0", "--returns", "clear : file")
    clear, small = tiles(copy.gallery())
    assert 'class="clear"' in clear and 'width="192" height="64"' in clear
    assert 'class="pixels"' in small and 'width="192" height="96"' in small


def test_an_image_that_cannot_be_opened_says_so_and_the_others_are_there(copy):
    copy.main("run", "--returns", "empty : plot")
    copy.main("run", "-x", "width=[20,30,40]", "--returns", "image : file")
    good, gone, broken, empty = linked(copy.gallery(), copy.folder)
    gone.unlink()
    broken.write_bytes(b"no image")
    empty.write_text("<p>a page of something else</p>")
    good, gone, broken, empty = tiles(copy.gallery())
    assert "<img" in good and "no preview" not in good
    assert "no preview: the page holds no image" in empty
    assert "no preview: " in gone and "No such file" in gone
    assert "no preview: cannot identify image file" in broken


def test_writing_again_replaces_the_page_and_shows_a_file_as_it_is_now(copy):
    copy.main("run", "--returns", "image : file")
    page = copy.gallery()
    (file,) = linked(page, copy.folder)
    assert np.asarray(thumbnails(page)[0].convert("RGB"))[..., 2].mean() < 100
    Image.new("RGB", (256, 256), "white").save(file)
    page = copy.gallery()
    assert np.asarray(thumbnails(page)[0].convert("RGB")).min() > 250
    copy.main("run")
    assert len(tiles(copy.gallery())) == 2
    assert not list(copy.folder.glob(".gallery-*"))


def test_a_thumbnail_is_not_made_twice(copy):
    copy.main("run", "--returns", "image : file")
    page = copy.gallery()
    (file,) = linked(page, copy.folder)
    # the same size and time, but no image any more: only a kept thumbnail can be shown
    status = file.stat()
    file.write_bytes(bytes(status.st_size))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "no preview" not in copy.gallery()
    # kept thumbnails that cannot be read are made anew
    (copy.folder / ".mlrun" / "thumbnails.db").write_bytes(b"no database")
    assert "no preview" in copy.gallery()


def test_the_newest_images_are_shown_and_the_page_says_so(copy):
    copy.main("run", "-x", "width=[8,9,10]", "--returns", "old : file")
    copy.main("run", "-p", "width=11", "--returns", "new : file")
    done = copy.main("gallery", "--no-open", "--newest", "2")
    page = (copy.folder / "gallery.html").read_text()
    assert "Images: 2, runs: 2," in done.stdout and "Older images are not shown" in done.stdout
    assert re.findall("<h3>(.*?)</h3>", page) == ["new", "old"]
    assert "The newest 2 images are shown." in page and "2 more images of this run" in page


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
    for thumbnail in thumbnails(copy.gallery()):
        red, _, blue = thumbnail.convert("RGB").getpixel((20, 20))
        assert red < 50 and blue > 200
