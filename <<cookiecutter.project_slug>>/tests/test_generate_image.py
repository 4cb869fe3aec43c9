"""What the example makes. Copy a test for each handler of your own."""

from PIL import Image

from generate_image import generate_gradient


def test_the_gradient_grows_from_corner_to_corner():
    image = generate_gradient(width=100, height=50)
    assert (image.mode, image.size) == ("RGB", (100, 50))
    assert image.getpixel((0, 0)) == (0, 0, 50)
    assert image.getpixel((99, 49)) == (252, 249, 50)


def test_a_run_logs_the_gradient(project):
    hint = "gradient : file[format='png']"
    run = project.run_function("gen-image", params={"width": 128}, returns=[hint], local=True)
    with Image.open(run.artifact("gradient").local()) as image:
        assert (image.format, image.size) == ("PNG", (128, 256))


def test_the_workflow_turns_what_it_generated(project):
    project.run("main", arguments={"width": 16, "height": 8}, local=True, watch=False)
    turned = project.list_artifacts("~transformed").to_objects()[-1]
    assert turned.labels["width"] == "8"
