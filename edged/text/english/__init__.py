"""English as it is read aloud: tables and rules that turn figures, signs and abbreviations into words."""
