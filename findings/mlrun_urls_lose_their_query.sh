#!/bin/sh
# One would guess that an input from a URL is what a browser gets from it. MLRun asks for the path
# of the URL alone: what follows `?` is not sent. `get`, `local`, and what a hint makes of an input
# all do so. A server that serves each size of an image by a query gives its default, and the
# record of the run names the other; one that wants a signature refuses, and the error names a URL
# without it. Of 404 and the like there is an error; of another image there is none.
# Signed links to images in a bucket are what teams hand each other.
# Found in mlrun 1.12.1, mlrun/datastore/datastore.py (get_or_create_store) and datastore/base.py.
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
image.png?size=large, get: image.png
image.png?size=large, local: image.png
image.png?size=large, input hinted Path: image.png
recorded: image.png?size=large
END

program <<'END'
import contextlib
import http.server
import io
import pathlib
import threading

import mlrun


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.removeprefix("/").encode())

    def log_message(self, *_):
        pass


def content_of(image: pathlib.Path):
    return image.read_text()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/image.png?size=large"
what = url.rpartition("/")[2]
item = mlrun.get_dataitem(url)
print(f"{what}, get:", item.get().decode())
print(f"{what}, local:", pathlib.Path(item.local()).read_text())
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    run = mlrun.new_function("images").run(
        handler=content_of, local=True, inputs={"image": url}, returns=["content"]
    )
print(f"{what}, input hinted Path:", run.status.results["content"])
print("recorded:", run.spec.inputs["image"].rpartition("/")[2])
END
