"""What runs a function, a workflow or a job, and keeps what came of it."""

from mlrun_images.versions import require

require()
