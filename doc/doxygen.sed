# How Doxygen reads a header: its first comment is about the file; a page that a comment names becomes a link to it; and
# the point of "eq. 3" ends no sentence.
1s:^/\* :/** @file\n * :
s:doc/\([a-z_]*\)\.md:@ref md_doc_\1 "doc/\1.md":g
/^[ /]\*/s:\beq\. :eq.\\ :g
# And a page: in `A'` it takes the prime for the end of a quotation, in ``A'`` it does not.
s:\(^\|[^`]\)`\([^`]*'[^`]*\)`\($\|[^`]\):\1``\2``\3:g
# Files without a page of their own lie beside the pages.
s:](doc/\([A-Z][A-Za-z.]*\)):](\1):g
