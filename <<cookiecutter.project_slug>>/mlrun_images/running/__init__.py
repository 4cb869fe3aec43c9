from mlrun_images.versions import require

require()
