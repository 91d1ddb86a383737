"""How fast is one careful Python loop a core? Long-lived processes, data in memory, runs dealt out longest first; every
run trains by itself."""
import contextlib
import functools
import multiprocessing

import peer
import protocol


@contextlib.contextmanager
def forked_workers(context, workers):
    """Processes forked after torch and the images are there, so that they share both."""
    protocol.load_all(context)
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield lambda work, items: list(pool.imap_unordered(functools.partial(work, context), items))


if __name__ == "__main__":
    peer.main("careful_loop", __doc__, forked_workers)
