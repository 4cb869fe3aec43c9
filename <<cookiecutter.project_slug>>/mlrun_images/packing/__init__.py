"""What MLRun needs of us: the packager, its guard, and what goes into and out of a handler."""

from mlrun_images.versions import require

require()
