"""Trains a network on a data set and shows each run: live, finished, or beside others."""

import streamlit as st

from ui.components.page import empty_state, failures, page_header
from ui.components.pickers import pick_data_set, pick_run
from ui.training_compare import PARAM, comparison
from ui.training_form import training_form
from ui.training_result import result
from ui.training_run import failed, watch
from ui.training_runs import earlier_runs, job_of, training_now

compares, asked_for_run = PARAM in st.query_params, "run" in st.query_params
answers = (
    "Which run is better, and what was chosen differently?"
    if compares
    else "Does the network learn, and when is it at its best?"
)
with page_header("Training", answers):
    run = pick_run() if asked_for_run and not compares else None
    data_set = None if run or compares else pick_data_set()

if compares:
    with failures():
        comparison()
elif run is not None:
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
