"""What an answer in words or numbers means, in French and English. Pure: text in, values out, no files, no other room.

understand   yes, no, or something that a teacher must read
             (vocabulary ◄ meaning ◄ negation, clauses ◄ opening ◄ statements ◄ understand)
figures      the number that an answer comes to, and whether its calculation gives it
             (calculation ◄ terms ◄ figures)
shapes       shapes of arrays, as people write them
dictionary   the answers that Python expressions write down, without running them
words        one spelling of each word, the keys of answers, what was left blank
"""
