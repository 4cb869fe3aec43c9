"""What a person sees: the commands, and the page of all images."""

import sys

from mlrun_images.versions import unsupported

reason = unsupported()
if reason:
    sys.exit(reason)  # a command's refusal is one line
