"""The services as processes of one machine: started, watched, started again when they die, stopped in order."""
