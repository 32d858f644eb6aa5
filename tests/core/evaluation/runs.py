"""A run's predictions, made up so that one can tell what should be found."""

import numpy as np
import pandas as pd


def predictions(n: int = 1500, seed: int = 0) -> pd.DataFrame:
    """The network equals the trees but for noise and clearly beats the logistic regression."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1, 1.3, n)
    y_true = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(int)

    def blurred(noise: float) -> np.ndarray:
        return 1 / (1 + np.exp(-log_odds - rng.normal(0, noise, n)))

    return pd.DataFrame(
        {
            "row": np.arange(n),
            "part": np.resize(["train", "validation", "test"], n),
            "y": y_true,
            "network": blurred(0.05),
            "logistic": blurred(2.5),
            "trees": blurred(0.05),
            "majority": y_true.mean(),
        }
    )
