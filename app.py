"""Lendlens: one process, one port, the pages and the REST service.

`python app.py --host 127.0.0.1 --port 8501`, `uvicorn app:app` or `streamlit run app.py`.
"""
# ruff: noqa: E402 a tenth of the start went on looking for waste among what is being imported

import gc
from functools import partial

gc.disable()  # `serving.lifespan` puts it on again

import streamlit as st
from starlette.middleware import Middleware

from api.later import Later, routes_of, short_way_to
from core.config import ROOT
from ui import serving, session
from ui.components.page import show_unexpected

service = Later(session.workspace, serving.workers)
app = st.App(
    ROOT / "ui" / "shell.py",
    routes=routes_of(service),
    middleware=[Middleware(serving.LoopbackOnly), short_way_to(service)],
    lifespan=partial(serving.lifespan, prepare=service.load),
    on_script_error=show_unexpected,
)

if __name__ == "__main__":
    serving.main(app)
