"""Keeps BLAS on one thread in processes that explain.

Products here are too small to be shared among cores, and games already are. BLAS threads that wait
for each other spin: on a busy machine that costs more than everything else together.
"""

from functools import cache

from threadpoolctl import threadpool_limits


@cache
def one_blas_thread() -> None:
    """Limit BLAS to one thread from now on; the server has done so from its start.

    The limit is not lifted between explanations: it belongs to the process, and setting it back
    and forth while other threads compute was seen to leave two threads at work.
    """
    threadpool_limits(1, user_api="blas")
