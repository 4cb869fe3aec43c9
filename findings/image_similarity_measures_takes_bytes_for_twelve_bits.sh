#!/bin/sh
# One would guess that PSNR and SSIM take the greatest value from the files, which have eight bits.
# image-similarity-measures takes 4095, that of satellite images with twelve bits, unless `max_p` is
# given, and its command has no option for it. So PSNR of ordinary images is 24 dB too high: a white
# image for a black one has 24 dB, where it should have 0. The SSIM of two noises that have nothing
# in common is 0.98. As floats from 0 to 1 they are said to be equal. Logged as metrics, these make
# any model look good.
# Found in image-similarity-measures 0.3.6, quality_metrics.py (psnr, rmse, ssim) and evaluate.py.
. "$(dirname "$0")/common.sh"

packages image-similarity-measures==0.3.6 scikit-image==0.20.0 opencv-python==4.11.0.86 \
    pillow==13.0.0 numpy==1.26.4

expected <<'END'
a white image for a black one: PSNR 24.1, SSIM 0.03
    by scikit-image: PSNR 0.0, SSIM 0.00
    with max_p=255: PSNR 0.0, SSIM 0.00
two noises: PSNR 47.7, SSIM 0.98
    by scikit-image: PSNR 23.6, SSIM 0.18
    with max_p=255: PSNR 23.6, SSIM 0.18
the noises as floats: PSNR 95.9, SSIM 1.00
END

program <<'END'
import numpy
from image_similarity_measures import evaluate, quality_metrics
from PIL import Image
from skimage import metrics

random = numpy.random.default_rng(0)
noises = [random.integers(100, 141, (64, 64, 3)).astype(numpy.uint8) for _ in range(2)]
plain = [numpy.full((64, 64, 3), value, numpy.uint8) for value in (0, 255)]
for what, images in (("a white image for a black one", plain), ("two noises", noises)):
    for name, image in zip(("one.png", "two.png"), images):
        Image.fromarray(image).save(name)
    found = evaluate.evaluation("one.png", "two.png", ["psnr", "ssim"])
    psnr = metrics.peak_signal_noise_ratio(*images)
    ssim = metrics.structural_similarity(*images, channel_axis=2)
    print(f"{what}: PSNR {found['psnr']:.1f}, SSIM {found['ssim']:.2f}")
    print(f"    by scikit-image: PSNR {psnr:.1f}, SSIM {ssim:.2f}")
    right = quality_metrics.psnr(*images, max_p=255)
    print(f"    with max_p=255: PSNR {abs(right):.1f},"
          f" SSIM {quality_metrics.ssim(*images, max_p=255):.2f}")
floats = [noise / 255 for noise in noises]
print(f"the noises as floats: PSNR {quality_metrics.psnr(*floats):.1f},"
      f" SSIM {quality_metrics.ssim(*floats):.2f}")
END
