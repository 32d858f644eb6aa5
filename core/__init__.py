"""Everything that matters; knows no Streamlit and no Starlette."""
