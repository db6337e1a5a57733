"""Writes as many bytes as a buffer has, in as many pieces, synced as often, and does nothing else:
write_and_sync.py BUFFER DIRECTORY PIECES. What is left of the time of ingest fetch if all but the disk cost nothing."""

import os
import pathlib
import sys

buffer, directory, pieces = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
PIECES_OF_A_SYNC = 2  # of 1.9 MB: ingest syncs at the latest when 4 MiB wait for it
INDEX_LINE = b"i" * 120

segments = [path.stat().st_size for path in sorted(buffer.glob("*.tsv"))]
piece = b"x" * (sum(segments) // pieces)
unsynced = 0
for number, size in enumerate(segments):
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    data, index = (os.open(directory / f"{number}.{kind}", flags, 0o600) for kind in ("data", "index"))
    left = size
    while left > 0:
        os.write(data, piece[:left])
        os.write(index, INDEX_LINE)
        left -= len(piece)
        unsynced += 1
        if unsynced >= PIECES_OF_A_SYNC or left <= 0:
            os.fdatasync(data)
            os.fdatasync(index)
            unsynced = 0
    os.close(data)
    os.close(index)
