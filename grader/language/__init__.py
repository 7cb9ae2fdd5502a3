"""What an answer in words or numbers means, in French and English. Pure: text in, values out, no files, no other room.

words        one spelling of each word, the keys of answers, what was left blank
understand   yes, no, or something that a teacher must read
figures      the number that an answer comes to, and whether its calculation gives it
shapes       shapes of arrays, as people write them
"""
