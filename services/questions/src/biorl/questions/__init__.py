"""The words that services share: question, claim, context, evidence, and their wire form."""
