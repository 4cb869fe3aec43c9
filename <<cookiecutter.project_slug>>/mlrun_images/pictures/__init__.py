"""
The way of an image into a file, without MLRun.

It goes one way, a module each: `reading` asks the live Pillow image once, `fitting` makes it one
that a format holds, `writing` gives it to the encoder, and `comparing` reads the file back and
names what is missing. `files` puts these together, and `page` makes the page of a plot.
"""
