r"""Rules from letters to phonemes, one a line: a pattern in a word of small letters, and what is said for it.

The first rule that matches where the word is being read takes its letters away. Patterns look around themselves with
`(?<=...)` and `(?=...)`, and `\b` is either end of the word; a rule without phonemes is for silent letters. The form is
that of Elovitz et al., "Letter-to-sound rules for automatic translation of English text to phonetics", IEEE
Transactions on Acoustics, Speech, and Signal Processing 24, 1976; the rules are written for this library, English after
Wijk, "Rules of pronunciation for the English language", 1966, German after Duden, "Das Aussprachewoerterbuch", in the
phonemes of ARPAbet, with AX, OE, UE, X and CX for German Sache, hoeren, fuehlen, ach and ich.
"""

from __future__ import annotations

ENGLISH = r"""
\bthe\b DH AH
\ba\b AH
\bi\b AY
\bof\b AH V
\bone\b W AH N
\btwo\b T UW
\b(?:to|too)\b T UW
\bdo\b D UW
\bwho HH UW
\byou\b Y UW
\byour Y AO R
\bwas\b W AA Z
\bwhat\b W AH T
\bwe're\b W IH R
\bwere\b W ER
\bare\b AA R
\bhave HH AE V
\bis\b IH Z
\bhis\b HH IH Z
\bas\b AE Z
\bhas\b HH AE Z
\bdoes\b D AH Z
\bsaid\b S EH D
\bpeople\b P IY P AH L
\bsome S AH M
\bcome K AH M
\blove L AH V
\bany EH N IY
\bsure SH UH R
\beye AY
\b(?:their|there)\b DH EH R
\bwhere W EH R
\bhere\b HH IH R
\bmother M AH DH ER
\bfriend F R EH N D
\bheart HH AA R T
\bthrough\b TH R UW
\bhon AA N
\bagain AH G EH N
\bdon't\b D OW N T
\bcan't\b K AE N T
'(?=s) 
' 
augh(?=t) AO
laugh L AE F
ough(?=t) AO
(?<=[tn])ough\b AH F
ough OW
ould UH D
eigh EY
igh AY
\bgh G
gh 
\bkn N
\bwr R
\bps S
tch CH
\bchr K R
ch CH
sch S K
sh SH
ph F
\bth(?=is|at|em|en|ey|ese|ose|ough\b|an\b|us) DH
th(?=er|e\b) DH
th TH
ck K
qu K W
wh W
dge JH
dg(?=[eiy]) JH
(?<=s)tion CH AH N
tion SH AH N
(?<=[aeiou])sion ZH AH N
sion SH AH N
[ct]ial SH AH L
[ct]ious SH AH S
ture CH ER
(?<=[aeiou])sure ZH ER
nge(?=\b|s\b|d\b) N JH
nk NG K
ng(?=\b|[^aeiouylr]) NG
ng NG G
n(?=[kx]) NG
\bx Z
x K S
sc(?=[eiy]) S
c(?=[eiy]) S
cc K
c K
\bg(?=et|i[rvf]) G
(?<=e)g(?=i) G
gg G
gu(?=[ei]) G
\bgn N
g(?=[eiy]) JH
g G
j JH
ss S
(?<=[aeiouy])s(?=[aeiouy]) Z
(?<=[aeiou][pktf])es\b S
(?<=[sxz])es\b IH Z
(?<=[cs]h)es\b IH Z
es\b Z
(?<=[bdglmnrvwy])s\b Z
s S
zz Z
z Z
(?<=[td])ed\b IH D
(?<=[pkfsx])ed\b T
(?<=[cs]h)ed\b T
(?<=[aeiouy][bglmnrvwzy])ed\b D
bb B
mb\b M
b B
dd D
d D
ff F
f F
(?<=[aeiou])h 
h HH
k K
(?<=[aeo])l(?=[kf]) 
(?<=[bcdfgkpstz])le\b AH L
ll L
l L
mm M
m M
nn N
n N
pp P
p P
rr R
r R
tt T
t T
v V
aw AO
air EH R
(?<=[^aeiou])are\b EH R
(?<=w)ar AO R
ar AA R
ai EY
ay EY
au AO
a(?=ll|lk) AO
(?<=w)a(?=[nst]) AA
a(?=[^aeiouwxy]e(?:s|d|r)?\b) EY
a(?=[^aeiouwxy]ing\b) EY
a(?=tion) EY
a\b AH
a AE
ee(?=r) IH
ee IY
ear\b IH R
ear(?=[nlt]) ER
ea(?=d\b|dy|th\b|v[ye]|sure) EH
ea IY
e(?=re\b) IH
er ER
ew UW
eu Y UW
ey\b IY
ei EY
(?<=\bsh)e\b IY
(?<=\b[bhmw])e\b IY
(?<=[a-z][a-z])e\b 
e(?=[^aeiouwxy]e\b) IY
e\b IY
e EH
ire AY ER
ir ER
i(?=nd\b|ld\b) AY
ie\b AY
ie IY
i(?=[^aeiouwxy]e(?:s|d|r)?\b) AY
i(?=[ao]) IY
i IH
oo(?=k|d\b) UH
oo(?=r) AO
oo UW
ous\b AH S
our\b AW ER
ou AW
(?<=[lnrhs])ow\b OW
ow AW
oi OY
oy OY
oa OW
(?<=w)or ER
or AO R
oe\b OW
o(?=[^aeiouwxy]e(?:s|d|r)?\b) OW
o(?=ld|lt|st\b) OW
o\b OW
o AA
ur ER
(?<=[lrj])u(?=[^aeiouwxy]e\b) UW
u(?=[^aeiouwxy]e\b) Y UW
ue\b UW
ui UW
uy AY
\bu(?=ni|s[ei]) Y UW
u(?=ll|sh) UH
u AH
\by(?=[aeiou]) Y
(?<=\b[a-z])y\b AY
(?<=\b[a-z][a-z])y\b AY
y\b IY
y IH
w(?=[aeiouy]) W
w 
"""

GERMAN = r"""
tsch CH
sch SH
\bsp SH P
\bst SH T
chs K S
(?<=[aou])ch X
(?<=au)ch X
ch CX
ck K
ph F
pf P F
qu K V
tz T S
dt T
th T
ng NG
nk NG K
(?<=[aeiouäöü])h(?![aeiouäöü]) 
(?<=[aeiouäöü])h(?=[aeiouäöü]) HH
ß S
ss S
\bs(?=[aeiouäöü]) Z
(?<=[aeiouäöülmnr])s(?=[aeiouäöü]) Z
s S
ig\b IH CX
b+(?=\b|[tsk]) P
b+ B
d+(?=\b|[tsk]) T
d+ D
g+(?=\b|[tsk]) K
g+ G
c K
f+ F
h HH
j Y
k+ K
l+ L
m+ M
n+ N
p+ P
r+ R
t+ T
v F
w V
x K S
z+ T S
aa AA
ai AY
au AW
[äe]u OY
ei AY
ey AY
ee EY
ie IY
er\b AX
e(?=[lmnrst]?\b) AX
oo OW
a AA
ä EH
e EH
i IH
o AO
ö OE
u UH
ü UE
y UE
"""

LATIN = r"""
sch SH
ch K
gli L
gn N Y
[sc]h SH
sc(?=[ei]) SH
c+(?=[eiy]) CH
g+(?=[eiy]) JH
qu K W
b+ B
c+ K
d+ D
f+ F
g+ G
h 
j Y
k+ K
l+ L
m+ M
n+ N
p+ P
r+ R
(?<=[aeiou])s(?=[aeiou]) Z
s+ S
t+ T
v+ V
w W
x K S
z+ T S
a AA
e EH
i IY
o AO
u UW
y IY
"""
"""Letters by the value that most languages of the Latin script give them (that of Italian where they differ)."""
