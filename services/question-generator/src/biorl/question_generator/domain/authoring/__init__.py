"""Questions that a language model writes from papers, read with suspicion: nothing that it says is taken on trust."""
