"""A small organism that nobody has to download: its regulation is known, its screen and its papers are made from it.

The first run of biorl works on it, offline, and tests know the truth about it. One seed gives one organism, to the
byte. `network` and `cells` are numpy alone; `papers` writes what the network does in words; `organism` puts it into
files.
"""
