"""What a fitted estimator has to show: scores beside baselines, whether the graph helped, and the page of its kind."""
