"""Trains a network on a data set and shows each run, live and afterwards."""

import streamlit as st

from ui.components.page import empty_state, page_header
from ui.components.pickers import pick_data_set, pick_run
from ui.training_form import training_form
from ui.training_run import failed, result, watch
from ui.training_runs import earlier_runs, job_of, training_now

asked_for_run = "run" in st.query_params
with page_header("Training", "Does the network learn, and when is it at its best?"):
    run = pick_run() if asked_for_run else None
    data_set = None if run else pick_data_set()

if run is not None:
    job = job_of(run)
    if run.digest:
        result(run)
    elif job.active:
        watch(run)
    else:
        failed(run, job)
elif data_set is not None:
    training_now()
    training_form(data_set)
    earlier_runs()
else:
    empty_state("There is no data set to train on yet.", "Prepare data", "data")
