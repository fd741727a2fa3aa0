"""Questions from papers by extraction, without a language model.

`sentences` cuts paragraphs, `patterns` find answers in a sentence (one module an answer type), `wording` asks, `gates`
refuse what does not stand by itself, `article` chooses among what is left.
"""
